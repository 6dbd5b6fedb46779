/** Opening for reading what has been found without opening it: open(2) of a device has effects, and that of a pipe can wait. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { O_PATH } from './fs.ts';

/**
 * Opens again what an O_PATH descriptor holds, which nobody can swap for something else meanwhile.
 * @returns undefined: it is no regular file
 */
export function reopenFile(found: number): number | undefined {
  return fstatSync(found).isFile() ? openSync(`/proc/self/fd/${found}`, constants.O_RDONLY) : undefined;
}

/** `path` itself, not what a symlink there leads to. @returns undefined: it is no regular file */
export function openFile(path: string): number | undefined {
  const found = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    return reopenFile(found);
  } finally {
    closeSync(found);
  }
}
