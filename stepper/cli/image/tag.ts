import { tagImage } from '../../../core/image/tag.ts';
import { openStateAsRoot } from '../state.ts';

/** `tsstep tag`: says nothing, like docker. @throws TsstepError bad-reference, no-such-image, usage */
export async function tag(source: string, target: string): Promise<number> {
  await tagImage(openStateAsRoot('tag').root, source, target);
  return 0;
}
