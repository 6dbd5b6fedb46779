/**
 * The writer of a container's log: `log`, and what was there before in `log.1`, `log.2` … Everything is written before the call
 * returns: what the supervisor has read is on its way to the disk when it reads on, so a slow disk holds the container's process
 * up at its pipe, and a supervisor that is killed has lost nothing that it had taken.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { now } from '../clock.ts';
import type { Logging } from '../spec/types.ts';
import { logTime, type OutputStream, recordHeader } from './log-record.ts';

/** Longer lines are kept in parts, as docker does it. */
const LONGEST = 16 * 1024;
const NEWLINE = 0x0a;

export interface LogOptions {
  logging: Logging;
  /** Told once when the log cannot be written, and once when it can again. */
  say(line: string): void;
}

export class ContainerLog {
  readonly #path: string;
  readonly #options: LogOptions;
  #fd: number;
  #size: number;
  /** Room for one batch; grows to what a full pipe of short lines needs. */
  #batch = Buffer.allocUnsafe(64 * 1024);
  #filled = 0;
  /** The file ends in the middle of a record. */
  #torn = false;
  #dropped = 0;

  /** Goes on with a log that is there: a container may be started again. */
  constructor(path: string, options: LogOptions) {
    this.#path = path;
    this.#options = options;
    this.#fd = openLog(path);
    this.#size = fstatSync(this.#fd).size;
    this.#torn = this.#size > 0 && lastByte(path, this.#size) !== NEWLINE;
  }

  /** What was read at once has one time. @param chunk any bytes; a part of a line is kept at once and goes on in the next record */
  write(stream: OutputStream, chunk: Buffer): void {
    const time = logTime(now());
    const whole = recordHeader(time, stream, false);
    const part = recordHeader(time, stream, true);
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline < 0 ? chunk.length : newline;
      if (end - at > LONGEST || newline < 0) {
        const cut = Math.min(end, at + LONGEST);
        this.#add(part, chunk, at, cut);
        at = cut;
      } else {
        this.#add(whole, chunk, at, end);
        at = end + 1;
      }
    }
    this.#flush();
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #add(header: Buffer, chunk: Buffer, from: number, to: number): void {
    const length = header.length + to - from + 1;
    const { maxSize } = this.#options.logging;
    if (maxSize !== undefined && this.#size + this.#filled + length > maxSize) {
      this.#flush();
      if (this.#size > 0) this.#rotate();
    }
    if (this.#filled + length > this.#batch.length) this.#flush();
    const batch = this.#batch;
    batch.set(header, this.#filled);
    // Below this, a call into the copying of a Buffer costs more than it saves.
    const at = this.#filled + header.length;
    if (to - from < 24) for (let i = from; i < to; i++) batch[at + i - from] = chunk[i] as number;
    else chunk.copy(batch, at, from, to);
    batch[at + to - from] = NEWLINE;
    this.#filled += length;
  }

  #flush(): void {
    const length = this.#filled;
    this.#filled = 0;
    if (length === 0) return;
    let written = 0;
    try {
      if (this.#fd < 0) this.#reopen();
      if (this.#torn) this.#size += writeSync(this.#fd, '\n');
      this.#torn = false;
      while (written < length) written += writeSync(this.#fd, this.#batch, written, length - written);
      this.#size += written;
      this.#worksAgain();
    } catch (error) {
      this.#size += written;
      this.#torn ||= written > 0;
      this.#failed(error as NodeJS.ErrnoException, length - written);
    }
  }

  #rotate(): void {
    const { maxFile } = this.#options.logging;
    try {
      // A new file also where one is all: a reader that follows the old one can finish it.
      if (maxFile <= 1) rmSync(this.#path, { force: true });
      else
        for (let n = olderFiles(this.#path, maxFile - 1); n >= 0; n--)
          renameSync(nth(this.#path, n), nth(this.#path, n + 1));
      this.close();
      this.#reopen();
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException, 0);
    }
  }

  #reopen(): void {
    this.#fd = openLog(this.#path);
    this.#size = 0;
    this.#torn = false;
  }

  #failed({ message }: NodeJS.ErrnoException, bytes: number): void {
    if (this.#dropped === 0)
      this.#options.say(`the container’s output is not kept any more, it runs on without: ${message}`);
    this.#dropped += Math.max(bytes, 1);
  }

  #worksAgain(): void {
    if (this.#dropped > 0)
      this.#options.say(`output is kept again; ${this.#dropped} bytes of the log are lost`);
    this.#dropped = 0;
  }
}

const openLog = (path: string): number => openSync(path, 'a', 0o640);

function lastByte(path: string, size: number): number | undefined {
  const fd = openSync(path, 'r');
  const last = Buffer.alloc(1);
  const read = readSync(fd, last, 0, 1, size - 1);
  closeSync(fd);
  return read === 1 ? last[0] : undefined;
}

const nth = (path: string, n: number): string => (n === 0 ? path : `${path}.${n}`);

/** How many there are that have to move on; of `most`, the last one is overwritten. */
function olderFiles(path: string, most: number): number {
  let n = 0;
  while (n < most - 1 && existsSync(nth(path, n + 1))) n++;
  return n;
}
