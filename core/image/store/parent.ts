import { join } from 'node:path';
import { digestOf, hexOf } from '../digest.ts';
import { type ImageDocuments, readImage } from '../manifest.ts';
import { manifestType } from '../media-types.ts';
import { parseJson, typedSchema } from '../schema.ts';
import { readBlob } from './blobs.ts';

/**
 * The image that a container was made of, by the digest of its manifest: its name may mean another one by now.
 * @throws `bad-image` when the store does not have it any more
 */
export async function imageByManifest(root: string, digest: string, name: string): Promise<ImageDocuments> {
  const what = `the image ${name}`;
  const bytes = await readBlob(root, digest);
  const { mediaType = manifestType } = parseJson(typedSchema, bytes, `the manifest of ${what}`);
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return await readImage((one) => readBlob(root, one), descriptor, what);
}

/** Where an image's layers are unpacked, topmost first, as overlayfs looks things up; it refuses one directory twice. */
export function layerDirectories(root: string, { config }: ImageDocuments): string[] {
  const topmostFirst = (config.rootfs.diff_ids ?? []).toReversed();
  return [...new Set(topmostFirst)].map((diffId) => join(root, 'layers', hexOf(diffId)));
}
