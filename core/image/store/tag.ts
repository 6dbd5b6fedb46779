import { TsstepError } from '../../errors.ts';
import { canonicalName, parseReference } from '../reference.ts';
import { holding } from './hold.ts';
import { recordImage } from './layout.ts';
import { findAmong, storedImages } from './stored.ts';

/** One more name for an image. Who had it before loses it. @throws TsstepError bad-reference, no-such-image, usage */
export async function tagImage(root: string, source: string, target: string): Promise<void> {
  const reference = parseReference(target);
  if (reference.digest !== undefined) throw withDigest(target);
  await holding(root, async () => {
    const { image, entry } = findAmong(await storedImages(root), source);
    const descriptor = entry ?? image.entries[0];
    if (descriptor) await recordImage(root, descriptor, canonicalName(reference));
  });
}

function withDigest(target: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'refusing to create a tag with a digest reference',
    why: `what ${target} means follows from its digest, and cannot be chosen`,
    remedy: `tsstep tag SOURCE ${target.replace(/@.*/s, '')}`,
  });
}
