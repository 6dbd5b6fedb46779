import { closeSync, constants, openSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import { containerFiles } from '../paths.ts';
import { noSuchContainer } from './no-such-container.ts';

/** Runs `fn` while nobody else holds the container's directory. @throws TsstepError no-such-container where `rm` was quicker */
export async function withContainerLock<T>(root: string, id: string, fn: () => T | Promise<T>): Promise<T> {
  const { directory } = containerFiles(root, id);
  const fd = tolerating(['ENOENT'], () => openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY));
  if (fd === undefined) throw noSuchContainer(id);
  try {
    // By its number: under a name that is gone, a lock makes a file.
    return await withLock(`/proc/self/fd/${fd}`, fn);
  } finally {
    closeSync(fd);
  }
}
