import { tagImage } from '../../../core/image/store/tag.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { openStateAsRoot } from '../state.ts';

/** `tsstep tag`: says nothing, like docker. @throws TsstepError bad-reference, no-such-image, usage */
export async function tag(source: string, target: string): Promise<number> {
  const { root } = openStateAsRoot('tag');
  makeStateDirectory(root);
  await tagImage(root, source, target);
  return 0;
}
