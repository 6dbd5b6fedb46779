import { familiarRepository } from '../reference.ts';
import type { Descriptor } from '../schema.ts';
import { type Filters, imageFilter, namesShown } from './filters.ts';
import { imageSize } from './layer-size.ts';
import { storedName } from './layout.ts';
import { storedReference } from './names.ts';
import { type StoredImage, storedImages } from './stored.ts';

/** A line of `tsstep images`. */
export interface ListedImage {
  /** Absent: docker's `<none>`. */
  repository?: string;
  tag?: string;
  /** Of the manifest or index that the name stands for. */
  digest: string;
  /** Digest of the configuration, of the manifest when the image is broken. */
  id: string;
  /** ISO 8601, where the image says it. */
  created?: string;
  /** Bytes of the files in its layers; of the blob where a layer is not unpacked yet. */
  size: number;
  /** Why it cannot be run. */
  broken?: string;
}

/** A line for each name of each image that passes, newest first. A broken one is listed and says so. */
export async function listImages(root: string, filters: Filters = {}): Promise<ListedImage[]> {
  const images = await storedImages(root);
  const passes = imageFilter(filters, images, Date.now());
  return images
    .filter(passes)
    .flatMap((image) => linesOf(root, image, namesShown(image, filters.reference)))
    .sort((a, b) => (b.created ?? '').localeCompare(a.created ?? '') || nameKey(a).localeCompare(nameKey(b)));
}

function linesOf(root: string, image: StoredImage, entries: readonly Descriptor[]): ListedImage[] {
  const { id, documents, broken } = image;
  const created = documents?.config.created;
  const size = entries.length === 0 ? 0 : imageSize(root, image);
  return entries.map((entry) => ({
    ...nameOf(entry),
    digest: entry.digest,
    id,
    size,
    ...(created && { created }),
    ...(broken && { broken: `${broken.what}: ${broken.why}` }),
  }));
}

const nameKey = ({ repository = '', tag = '', digest }: ListedImage): string =>
  `${repository}:${tag}@${digest}`;

/** Repository and tag as docker's columns have them. */
export function nameOf(descriptor: Descriptor): { repository?: string; tag?: string } {
  const reference = storedReference(descriptor);
  if (reference)
    return {
      repository: familiarRepository(reference),
      ...(reference.tag !== undefined && { tag: reference.tag }),
    };
  const name = storedName(descriptor);
  return name === undefined ? {} : { repository: name };
}
