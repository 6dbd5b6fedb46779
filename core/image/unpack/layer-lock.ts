/** One unpacks a layer, and whoever wants it meanwhile waits for the result. */
import { fstatSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withLock } from '../../kernel/fs.ts';

/**
 * Runs `fn` while holding the lock of the layer's directory `to`, in all processes of this machine.
 * The file is named after the diff id and not the blob: two blobs can hold the same tar. It is there only while somebody works.
 */
export async function withLayerLock<T>(to: string, fn: () => Promise<T>): Promise<T> {
  const path = join(dirname(to), 'locks', basename(to));
  for (;;) {
    const ran = await withLock(path, async (fd) => {
      // Its holder removed the file that was waited for, so somebody else may hold a new one.
      if (fstatSync(fd).ino !== statSync(path, { throwIfNoEntry: false })?.ino) return undefined;
      try {
        return { value: await fn() };
      } finally {
        rmSync(path, { force: true });
      }
    });
    if (ran) return ran.value;
  }
}
