import { importRootfs } from '../../../core/image/archive/import.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { openStateAsRoot } from '../state.ts';

/** `tsstep import`: prints the new image's ID. @throws TsstepError bad-image, bad-reference, usage */
export async function importImage(
  file: string,
  name: string | undefined,
  { change = [] }: { change?: readonly string[] },
): Promise<number> {
  const { root } = openStateAsRoot('import');
  makeStateDirectory(root);
  process.stdout.write(`${await importRootfs(root, file, name, change)}\n`);
  return 0;
}
