import { TsstepError } from '../../../core/errors.ts';
import { loadArchive } from '../../../core/image/archive/load.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { openStateAsRoot } from '../state.ts';

/** `tsstep load`: prints docker's lines, a name or an ID for each image. @throws TsstepError bad-image, usage */
export async function load({
  input = '-',
  quiet = false,
}: {
  input?: string;
  quiet?: boolean;
}): Promise<number> {
  if (input === '-' && process.stdin.isTTY) throw nothingToRead();
  const { root } = openStateAsRoot('load');
  makeStateDirectory(root);
  for (const name of await loadArchive(root, input)) {
    const what = name.startsWith('sha256:') ? 'Loaded image ID' : 'Loaded image';
    if (!quiet) process.stdout.write(`${what}: ${name}\n`);
  }
  return 0;
}

function nothingToRead(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'tsstep load has nothing to read',
    why: 'without -i it reads an archive from standard input, and that is your terminal',
    remedy: 'tsstep load -i FILE, or docker save IMAGE | tsstep load',
  });
}
