import type { BigIntStats } from 'node:fs';

/**
 * What stage volumes makes in the root filesystem where the image lacks it, to mount over it. Docker has these in a layer of its
 * own between image and container, so that neither `docker diff` nor `docker commit` sees them. The target of a `-v` is no
 * such place: docker too shows and commits it.
 */
const made: ReadonlySet<string> = new Set([
  '/dev',
  '/proc',
  '/sys',
  '/etc',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/resolv.conf',
]);

/** Whether a file that no layer has is such a place, still as it was made: a directory, or an empty file. */
export function isMountPoint(path: string, stat: BigIntStats): boolean {
  return made.has(path) && (stat.isDirectory() || (stat.isFile() && stat.size === 0n));
}
