import { badImage } from './broken.ts';
import type { Descriptor } from './schema.ts';

/**
 * Layers that may not be passed on, so that registries and archives have only a link to them: the base of Windows images
 * (image-spec, layer.md, "Non-Distributable Layers"; docker's manifest v2.2 calls them foreign).
 */
const foreign =
  /^application\/vnd\.(docker\.image\.rootfs\.foreign\.diff|oci\.image\.layer\.nondistributable\.v1)\.tar\b/;

export function isForeign({ mediaType }: Descriptor): boolean {
  return foreign.test(mediaType);
}

/** @throws `bad-image` when one of the layers is foreign */
export function refuseForeign(layers: readonly Descriptor[], what: string): void {
  const index = layers.findIndex(isForeign);
  if (index < 0) return;
  throw badImage(
    what,
    `its layer ${index + 1} is foreign (${layers[index]?.mediaType}): not in the image, but at an address of whoever owns it, from where ` +
      'tsstep fetches nothing. Windows images are made like that',
    'use an image for Linux whose layers are all its own; `skopeo inspect --raw` shows their media types',
  );
}
