/** Where the last lines of a log begin, found from its end. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type LogFile, type LogPosition, logFiles } from './log-reader.ts';
import { LogRecord, type OutputStream } from './log-record.ts';

const BLOCK = 256 * 1024;
const NEWLINE = 0x0a;

export interface Tail {
  /** Where to begin to read. */
  from: LogPosition;
  /** Inodes of the log's files, oldest first. */
  files: readonly number[];
  /**
   * Of each stream, the first record that belongs to the lines: where the parts of a long line lie among lines of the other stream,
   * these are older than the last ones.
   */
  begins: Partial<Record<OutputStream, LogPosition>>;
}

/** Whether the first is before the second; a file that is not among `files` is newer than all of them. */
export function isBefore(one: LogPosition, other: LogPosition, files: readonly number[]): boolean {
  if (one.inode === other.inode) return one.offset < other.offset;
  const [a, b] = [files.indexOf(one.inode), files.indexOf(other.inode)];
  return a >= 0 && (b < 0 || a < b);
}

/**
 * The last `count` lines of both streams together; a part at the end that has no newline yet is one.
 *
 * @returns undefined when all of it is wanted, or there is no log
 */
export function tailOf(path: string, count: number): Tail | undefined {
  const begins: Tail['begins'] = {};
  const settled = new Set<OutputStream>();
  let lines = 0;
  let from: LogPosition | undefined;
  const files = logFiles(path);
  const inodes = files.map(({ inode }) => inode);
  for (const { record, at, after } of backwards(files)) {
    const { stream, partial } = record;
    from ??= after;
    if (settled.has(stream)) continue;
    const isEnd = !partial || begins[stream] === undefined;
    if (isEnd && lines === count) {
      settled.add(stream);
      begins[stream] ??= after;
      // Whoever has lines in it is known by now; the other stream is none of them, or its own beginning is known too.
      const others = Object.keys(begins) as OutputStream[];
      if (others.every((one) => settled.has(one))) return { from, begins, files: inodes };
      continue;
    }
    if (isEnd) lines++;
    begins[stream] = at;
    from = at;
  }
  return settled.size > 0 && from ? { from, begins, files: inodes } : undefined;
}

interface Found {
  record: LogRecord;
  at: LogPosition;
  after: LogPosition;
}

function* backwards(files: readonly LogFile[]): Generator<Found> {
  for (const { path, inode } of files.toReversed()) {
    const fd = openSync(path, 'r');
    // Rotated since: what it was is under another name, and this one was there already or is new.
    if (fstatSync(fd).ino !== inode) {
      closeSync(fd);
      continue;
    }
    try {
      yield* backwardsIn(fd);
    } finally {
      closeSync(fd);
    }
  }
}

function* backwardsIn(fd: number): Generator<Found> {
  const { ino: inode, size } = fstatSync(fd);
  // `bytes` is what follows `begin` in the file, up to the last record that was found.
  let bytes: Buffer = Buffer.alloc(0);
  for (let begin = size; begin > 0; ) {
    const length = Math.min(BLOCK, begin);
    begin -= length;
    const block = Buffer.alloc(length);
    readSync(fd, block, 0, length, begin);
    bytes = Buffer.concat([block, bytes]);
    let end = bytes.lastIndexOf(NEWLINE);
    while (end >= 0) {
      const before = end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
      if (before < 0 && begin > 0) break;
      const record = LogRecord.parse(bytes.subarray(before + 1, end));
      const at = { inode, offset: begin + before + 1 };
      if (record) yield { record, at, after: { inode, offset: begin + end + 1 } };
      end = before;
    }
    bytes = bytes.subarray(0, end + 1);
  }
}
