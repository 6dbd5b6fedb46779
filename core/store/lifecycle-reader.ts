/** Reading the lifecycle log, once or for as long as somebody wants to know. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';
import { lifecycleLog, olderLifecycleLog } from '../paths.ts';
import type { Lifecycle } from './lifecycle-log.ts';

export interface RecordedLifecycle extends Lifecycle {
  /** Nanoseconds since 1970. */
  time: bigint;
}

/** One file, from its beginning; a line that is not whole yet waits for its rest. */
class Tail {
  readonly fd: number;
  #rest = Buffer.alloc(0);

  constructor(fd: number) {
    this.fd = fd;
  }

  read(): string[] {
    const chunk = Buffer.alloc(64 * 1024);
    for (let count = -1; count !== 0; ) {
      count = readSync(this.fd, chunk);
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, count)]);
    }
    const end = this.#rest.lastIndexOf('\n') + 1;
    const whole = this.#rest.subarray(0, end).toString();
    this.#rest = this.#rest.subarray(end);
    return whole.split('\n').filter((line) => line !== '');
  }
}

export class LifecycleReader {
  readonly #root: string;
  /** The older file first. It is read on for a while: who had it open when it was renamed appends to it. */
  #tails: Tail[] = [];

  constructor(root: string) {
    this.#root = root;
    this.#open(olderLifecycleLog(root));
    this.#open(lifecycleLog(root));
  }

  /** What has been recorded since the last call; at first, all that is kept. */
  read(): RecordedLifecycle[] {
    const found = this.#tails.flatMap((tail) => tail.read());
    if (this.#isReplaced()) {
      // What came in between the last line and the new name.
      found.push(...this.#tails.flatMap((tail) => tail.read()));
      for (const { fd } of this.#tails.slice(0, -1)) closeSync(fd);
      this.#tails = this.#tails.slice(-1);
      this.#open(lifecycleLog(this.#root));
      found.push(...(this.#tails.at(-1)?.read() ?? []));
    }
    return found.map(parse).filter((event) => event !== undefined);
  }

  close(): void {
    for (const { fd } of this.#tails) closeSync(fd);
    this.#tails = [];
  }

  #open(path: string): void {
    const fd = tolerating(['ENOENT', 'EACCES'], () => openSync(path, 'r'));
    if (fd !== undefined) this.#tails.push(new Tail(fd));
  }

  #isReplaced(): boolean {
    const now = tolerating(['ENOENT', 'EACCES'], () => statSync(lifecycleLog(this.#root)));
    const last = this.#tails.at(-1);
    return now !== undefined && (last === undefined || fstatSync(last.fd).ino !== now.ino);
  }
}

function parse(line: string): RecordedLifecycle | undefined {
  try {
    const { time, ...event } = JSON.parse(line) as Lifecycle & { time: string };
    return { time: BigInt(time), ...event };
  } catch {
    // A full disk cut it off.
    return undefined;
  }
}
