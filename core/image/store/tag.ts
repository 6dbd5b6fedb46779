import { nameToGive } from '../reference.ts';
import { holding } from './hold.ts';
import { recordImage } from './layout.ts';
import { findAmong, storedImages } from './stored.ts';

/** One more name for an image. Who had it before loses it. @throws TsstepError bad-reference, no-such-image, usage */
export async function tagImage(root: string, source: string, target: string): Promise<void> {
  const name = nameToGive(target);
  await holding(root, async () => {
    const { image, entry } = findAmong(await storedImages(root), source);
    const descriptor = entry ?? image.entries[0];
    if (descriptor) await recordImage(root, descriptor, name);
  });
}
