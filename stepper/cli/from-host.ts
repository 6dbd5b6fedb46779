import { buildFromHost } from '../../core/image/host/build.ts';
import { makeStateDirectory } from '../../core/store/state-directory.ts';
import { openStateAsRoot } from './state.ts';

/** `tsstep image from-host`: prints the new image's ID. @throws TsstepError missing-tool, bad-reference, usage */
export async function fromHost(
  programs: readonly string[],
  { name, add = [] }: { name: string; add?: readonly string[] },
): Promise<number> {
  const { root } = openStateAsRoot('image from-host');
  makeStateDirectory(root);
  process.stdout.write(`${await buildFromHost(root, { reference: name, programs, add })}\n`);
  return 0;
}
