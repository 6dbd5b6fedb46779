/** `tsstep save`: images as one archive that `docker load`, `podman load`, skopeo and `tsstep load` take. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, openSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { TsstepError } from '../../../core/errors.ts';
import { imagesToSave, saveImages } from '../../../core/image/archive/save.ts';
import { holding } from '../../../core/image/store/hold.ts';
import { errnoOf, tolerating } from '../../../core/kernel/errno.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { openStateAsRoot } from '../state.ts';

/** @throws TsstepError bad-image, no-such-image, usage; no file is left then */
export async function save(references: readonly string[], { output }: { output?: string }): Promise<number> {
  if (output === undefined && process.stdout.isTTY) throw toTerminal();
  const { root } = openStateAsRoot('save');
  makeStateDirectory(root);
  await holding(root, async () => {
    const saved = await imagesToSave(root, references);
    const write = (to: Writable) => saveImages(root, saved, to);
    try {
      if (output === undefined) await write(process.stdout);
      else await writeFile(output, write);
    } catch (error) {
      throw unwritable(output ?? 'standard output', error);
    }
  });
  return 0;
}

/** A file appears under its name when it is whole. A device or a pipe is written to as it is. */
async function writeFile(path: string, write: (to: Writable) => Promise<void>): Promise<void> {
  const isFile = tolerating(['ENOENT'], () => statSync(path))?.isFile() ?? true;
  if (!isFile) return await write(createWriteStream(path));
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  // In a directory like /tmp anybody may have put a symlink there: `x` makes the file, or fails.
  const fd = openSync(partial, 'wx', 0o600);
  try {
    await write(createWriteStream(partial, { fd }));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function toTerminal(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'cowardly refusing to save to a terminal',
    why: 'an archive is no text, and could give your terminal orders',
    remedy: 'tsstep save -o FILE IMAGE, or tsstep save IMAGE | docker load',
    exit: 1,
  });
}

/** What is wrong with the image says so itself. */
function unwritable(path: string, error: unknown): unknown {
  const errno = errnoOf(error);
  if (error instanceof TsstepError || errno === undefined) return error;
  return new TsstepError({
    code: 'usage',
    what: `${path} cannot be written`,
    why: error instanceof Error ? error.message : String(error),
    remedy: errno === 'ENOSPC' ? 'free some disk space' : 'name a file in a directory that exists',
    errno,
    exit: 1,
  });
}
