import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { TsstepError } from '../../core/errors.ts';
import { errnoOf } from '../../core/kernel/errno.ts';
import type { Event, EventType } from '../../tracer/events.ts';

/** What only a person wants to see again; a crashed run is cleaned up without it. */
const notNeededAfterACrash: ReadonlySet<EventType> = new Set(['snapshot', 'output', 'progress']);

/**
 * Events as JSON lines, each written before the next thing happens: what was about to be done, and how it is undone, is in the
 * file when the process is killed. Not synced to the disk: after a power failure there is nothing left to undo in the kernel.
 */
export class EventFile {
  readonly #fd: number;

  /** @throws TsstepError usage: the file cannot be written, the descriptor is not open */
  constructor(pathOrFd: string | number, flags: 'w' | 'a' = 'w') {
    try {
      if (typeof pathOrFd === 'number') fstatSync(pathOrFd);
      this.#fd = typeof pathOrFd === 'string' ? openSync(pathOrFd, flags, 0o600) : pathOrFd;
    } catch (error) {
      throw cannotRecord(pathOrFd, errnoOf(error) ?? String(error));
    }
  }

  readonly write = (event: Event): void => {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    for (let at = 0; at < line.length; ) at += writeSync(this.#fd, line, at);
  };

  close(): void {
    if (this.#fd > 2) closeSync(this.#fd);
  }
}

function cannotRecord(target: string | number, errno: string): TsstepError {
  const number = typeof target === 'number';
  return new TsstepError({
    code: 'usage',
    what: number ? `--events-fd ${target}: ${errno}` : `--events ${target}: ${errno}`,
    why: number ? 'no file is open under that number' : 'events cannot be written there',
    remedy: number
      ? `open it: --events-fd ${target} ${target}>events.jsonl`
      : 'name a file in a directory that exists',
  });
}

/** The crash journal of one run: kept as long as the run has something left to undo. */
export class Journal {
  readonly #path: string;
  readonly #file: EventFile;

  constructor(path: string) {
    this.#path = path;
    // Whoever takes over a container writes behind the last line, maybe before this process has written its own last one.
    this.#file = new EventFile(path, 'a');
  }

  readonly write = (event: Event): void => {
    if (!notNeededAfterACrash.has(event.type)) this.#file.write(event);
  };

  close({ keep }: { keep: boolean }): void {
    this.#file.close();
    if (!keep) rmSync(this.#path, { force: true });
  }
}
