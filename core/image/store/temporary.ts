import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A new path on the store's file system, so that rename(2) can publish what is written there. The pid names its owner. */
export function temporaryPath(root: string): string {
  const folder = join(root, 'images/tmp');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${process.pid}-${randomBytes(6).toString('hex')}`);
}
