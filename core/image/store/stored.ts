/** The store as images: what the entries of index.json, one for each name, have in common. */
import { TsstepError } from '../../errors.ts';
import type { Failure } from '../../operation.ts';
import { type ImageDocuments, readImage } from '../manifest.ts';
import { isImageId, parseReference } from '../reference.ts';
import type { Descriptor } from '../schema.ts';
import { readBlob } from './blobs.ts';
import { readIndex, storedName } from './layout.ts';
import { ambiguousId, displayName, findByName, noSuchImage } from './names.ts';

export interface StoredImage {
  /** Digest of the configuration; of the descriptor when the image is broken. */
  id: string;
  /** Entries of index.json that lead to it, at least one; only one without a name is docker's dangling image. */
  entries: readonly Descriptor[];
  /** Absent when it is broken. */
  documents?: ImageDocuments;
  /** Why it cannot be run. */
  broken?: Failure;
}

export interface FoundImage {
  /** What was typed. */
  text: string;
  image: StoredImage;
  /** The entry whose name was given; absent when it was an ID. */
  entry?: Descriptor;
}

/** All images, in the order of index.json. A broken one is there too, and says so. */
export async function storedImages(
  root: string,
  index: readonly Descriptor[] = readIndex(root),
): Promise<StoredImage[]> {
  const images = new Map<string, StoredImage>();
  for (const entry of index) {
    const image = await storedImage(root, entry);
    const known = images.get(image.id);
    images.set(image.id, known ? { ...known, entries: [...known.entries, entry] } : image);
  }
  const found = [...images.values()];
  return found.some(({ broken }) => broken) ? stillThere(found, readIndex(root)) : found;
}

/** Names go before files: what somebody has removed while it was read only looks broken. */
function stillThere(images: readonly StoredImage[], index: readonly Descriptor[]): StoredImage[] {
  const digests = new Set(index.map(({ digest }) => digest));
  return images.filter(({ broken, entries }) => !broken || entries.some(({ digest }) => digests.has(digest)));
}

async function storedImage(root: string, entry: Descriptor): Promise<StoredImage> {
  try {
    const documents = await readImage((digest) => readBlob(root, digest), entry, displayName(entry));
    return { id: documents.manifest.config.digest, entries: [entry], documents };
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
    return { id: entry.digest, entries: [entry], broken: error.failure };
  }
}

/** For who needs more than an image's name. @throws TsstepError bad-image */
export function documentsOf({ documents, broken, id }: StoredImage): ImageDocuments {
  if (documents) return documents;
  throw broken ? new TsstepError(broken) : new Error(`${id} is neither whole nor broken`);
}

/** The entries that have a name. */
export const namedEntries = ({ entries }: StoredImage): Descriptor[] =>
  entries.filter((entry) => storedName(entry) !== undefined);

/** Digests of the uncompressed layers, lowest first. */
export const diffIdsOf = ({ documents }: StoredImage): readonly string[] =>
  documents?.config.rootfs.diff_ids ?? [];

/** What a name, a digest or an ID (or its beginning) means. @throws TsstepError bad-reference, no-such-image */
export function findAmong(images: readonly StoredImage[], text: string): FoundImage {
  const entries = images.flatMap((image) => image.entries);
  if (isImageId(text)) {
    const image = findById(images, text)?.image;
    if (image) return { text, image };
    throw noSuchImage(text, entries);
  }
  const reference = parseReference(text);
  const entry = findByName(entries, reference);
  const named = entry && images.find((image) => image.entries.includes(entry));
  if (named) return { text, image: named, entry };
  const image = /^[0-9a-f]+$/.test(text) ? findById(images, text)?.image : undefined;
  if (image) return { text, image };
  throw noSuchImage(text, entries);
}

/**
 * What an ID means, or its beginning, or the digest of an entry; and the entry that leads there.
 * @throws TsstepError no-such-image where it is several
 */
export function findById(
  images: readonly StoredImage[],
  text: string,
): { image: StoredImage; entry: Descriptor | undefined } | undefined {
  const prefix = text.startsWith('sha256:') ? text : `sha256:${text}`;
  const found = images.filter(
    ({ id, entries }) => id.startsWith(prefix) || entries.some(({ digest }) => digest === prefix),
  );
  if (found.length > 1) {
    throw ambiguousId(
      text,
      found.map(({ id }) => id),
    );
  }
  const [image] = found;
  return image && { image, entry: image.entries.find(({ digest }) => digest === prefix) ?? image.entries[0] };
}
