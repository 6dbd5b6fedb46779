import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Event, EventType } from '../../tracer/events.ts';

/** What only a person wants to see again; a crashed run is cleaned up without it. */
const notNeededAfterACrash: ReadonlySet<EventType> = new Set(['snapshot', 'output', 'progress']);

/**
 * Events as JSON lines, each written before the next thing happens: what was about to be done, and how it is undone, is in the
 * file when the process is killed. Not synced to the disk: after a power failure there is nothing left to undo in the kernel.
 */
export class EventFile {
  readonly #fd: number;

  constructor(pathOrFd: string | number) {
    if (typeof pathOrFd === 'string') mkdirSync(dirname(pathOrFd), { recursive: true });
    this.#fd = typeof pathOrFd === 'string' ? openSync(pathOrFd, 'w', 0o600) : pathOrFd;
  }

  readonly write = (event: Event): void => {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    for (let at = 0; at < line.length; ) at += writeSync(this.#fd, line, at);
  };

  close(): void {
    if (this.#fd > 2) closeSync(this.#fd);
  }
}

/** The crash journal of one run: kept as long as the run has something left to undo. */
export class Journal {
  readonly #path: string;
  readonly #file: EventFile;

  constructor(path: string) {
    this.#path = path;
    this.#file = new EventFile(path);
  }

  readonly write = (event: Event): void => {
    if (!notNeededAfterACrash.has(event.type)) this.#file.write(event);
  };

  close({ keep }: { keep: boolean }): void {
    this.#file.close();
    if (!keep) rmSync(this.#path, { force: true });
  }
}
