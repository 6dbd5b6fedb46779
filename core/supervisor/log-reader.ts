/** Reads a container's log from its oldest file on, and goes on with what is written meanwhile, through rotations. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { LogRecord } from './log-record.ts';

const BLOCK = 256 * 1024;
const NEWLINE = 0x0a;

/** Where a record is: files keep their inode when they get another name. */
export interface LogPosition {
  inode: number;
  offset: number;
}

export interface LogFile {
  path: string;
  inode: number;
}

/** The log's files that are there, oldest first. */
export function logFiles(path: string): LogFile[] {
  const files: LogFile[] = [];
  // A file may be renamed between two looks, but the numbers have no gap for long.
  for (let n = 0; ; n++) {
    const one = n === 0 ? path : `${path}.${n}`;
    const inode = inodeOf(one);
    if (inode !== undefined) files.unshift({ path: one, inode });
    else if (n > 0) return files;
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

export class LogReader {
  readonly #path: string;
  #fd: number | undefined;
  #inode = -1;
  /** Of the next byte to be read, and what was read of a record that is not complete. */
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** @param from the first record; undefined: all of it */
  constructor(path: string, from?: LogPosition) {
    this.#path = path;
    if (!from) return;
    const file = logFiles(path).find(({ inode }) => inode === from.inode);
    if (file) this.#open(file.path, from.offset);
  }

  /** What there is now; called again, what has been added since. */
  *records(): Generator<{ record: LogRecord; at: LogPosition }> {
    if (this.#fd === undefined) {
      const [oldest] = logFiles(this.#path);
      if (!oldest || !this.#open(oldest.path, 0)) return;
    }
    for (;;) {
      // Asked before reading: what is not the newest file any more gets no more bytes.
      const isNewest = inodeOf(this.#path) === this.#inode;
      const read = yield* this.#block();
      if (!read && (isNewest || !this.#next())) return;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  *#block(): Generator<{ record: LogRecord; at: LogPosition }, boolean> {
    const fd = this.#fd as number;
    const block = Buffer.allocUnsafe(BLOCK);
    const length = readSync(fd, block, 0, BLOCK, this.#offset);
    if (length === 0) return false;
    const begin = this.#offset - this.#rest.length;
    this.#offset += length;
    const bytes =
      this.#rest.length > 0
        ? Buffer.concat([this.#rest, block.subarray(0, length)])
        : block.subarray(0, length);
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      const record = LogRecord.parse(bytes.subarray(at, end));
      if (record) yield { record, at: { inode: this.#inode, offset: begin + at } };
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
    return true;
  }

  /** The file that was written after this one; the oldest when this one has been rotated away. */
  #next(): boolean {
    const files = logFiles(this.#path);
    const next = files[files.findIndex(({ inode }) => inode === this.#inode) + 1];
    return next !== undefined && this.#open(next.path, 0);
  }

  #open(path: string, offset: number): boolean {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.close();
    this.#fd = fd;
    this.#inode = fstatSync(fd).ino;
    this.#offset = offset;
    this.#rest = Buffer.alloc(0);
    return true;
  }
}
