import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { unlessGone } from './read.ts';

/** A file's kind, what it points to or stands for, and its permissions, on one line: `c 1:3 0666`, `-> /proc/self/fd`. */
export function entry(path: string): string | undefined {
  return unlessGone(() => {
    const its = lstatSync(path);
    if (its.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
    const mode = (its.mode & 0o7777).toString(8).padStart(4, '0');
    const owner = its.uid === 0 && its.gid === 0 ? '' : ` ${its.uid}:${its.gid}`;
    return `${kind(its)} ${mode}${owner}`;
  });
}

function kind(its: Stats): string {
  if (its.isDirectory()) return 'directory';
  if (its.isFile()) return `file ${its.size}`;
  if (its.isFIFO()) return 'fifo';
  if (its.isSocket()) return 'socket';
  return `${its.isCharacterDevice() ? 'c' : 'b'} ${device(its.rdev)}`;
}

/** makedev(3): the numbers are split around each other for old programs' sake. */
function device(number: number): string {
  const all = BigInt(number);
  const major = ((all >> 8n) & 0xfffn) | ((all >> 32n) & ~0xfffn);
  const minor = (all & 0xffn) | ((all >> 12n) & ~0xffn & 0xffffffffn);
  return `${major}:${minor}`;
}
