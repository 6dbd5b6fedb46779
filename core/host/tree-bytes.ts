import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';

/**
 * Bytes of a tree as docker counts them: of everything but directories, so of a symlink the length of its target; a file with
 * several names once. Who is writing there meanwhile is no error.
 */
export function treeBytes(path: string): number {
  const seen = new Set<string>();
  const pending = [path];
  let bytes = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const stat = tolerating(['ENOENT'], () => lstatSync(at));
    if (stat?.isDirectory()) {
      const names = tolerating(['ENOENT', 'ENOTDIR'], () => readdirSync(at)) ?? [];
      for (const name of names) pending.push(join(at, name));
    } else if (stat) {
      const inode = `${stat.dev}:${stat.ino}`;
      if (stat.nlink === 1 || !seen.has(inode)) bytes += stat.size;
      if (stat.nlink > 1) seen.add(inode);
    }
  }
  return bytes;
}
