import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A new path on the store's file system, so that rename(2) can publish what is written there. The pid names its owner. */
export function temporaryPath(root: string): string {
  const folder = join(root, 'images/tmp');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${process.pid}-${randomBytes(6).toString('hex')}`);
}

/** Remove what killed processes left half written; what a living process is writing stays. */
export function removeTemporary(root: string): void {
  const folder = join(root, 'images/tmp');
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = Number(name.split('-')[0]);
    if (Number.isInteger(pid) && pid > 0 && alive(pid)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
