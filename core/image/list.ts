import { TsstepError } from '../errors.ts';
import { readBlob } from './blobs.ts';
import { readIndex, storedName } from './layout.ts';
import { readImage } from './manifest.ts';
import { familiarRepository, parseReference } from './reference.ts';
import { displayName } from './resolve.ts';
import type { Descriptor } from './schema.ts';

/** A line of `tsstep images`. */
export interface ListedImage {
  /** Absent: docker's `<none>`. */
  repository?: string;
  tag?: string;
  /** Digest of the configuration, of the manifest when the image is broken. */
  id: string;
  /** ISO 8601, where the image says it. */
  created?: string;
  /** Bytes of its layers as stored, most of them compressed. */
  size: number;
  /** Why it cannot be run. */
  broken?: string;
}

/** The images of the store, newest first. A broken one is listed and says so. */
export async function listImages(root: string): Promise<ListedImage[]> {
  const listed: ListedImage[] = [];
  for (const descriptor of readIndex(root))
    listed.push({ ...nameOf(descriptor), ...(await facts(root, descriptor)) });
  return listed.sort((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
}

function nameOf(descriptor: Descriptor): { repository?: string; tag?: string } {
  const name = storedName(descriptor);
  if (name === undefined) return {};
  try {
    const reference = parseReference(name);
    return {
      repository: familiarRepository(reference),
      ...(reference.tag === undefined ? {} : { tag: reference.tag }),
    };
  } catch {
    // Another tool may have written to index.json what is no name here.
    return { repository: name };
  }
}

async function facts(
  root: string,
  descriptor: Descriptor,
): Promise<Pick<ListedImage, 'id' | 'created' | 'size' | 'broken'>> {
  try {
    const { manifest, config } = await readImage(
      (digest) => readBlob(root, digest),
      descriptor,
      displayName(descriptor),
    );
    return {
      id: manifest.config.digest,
      size: manifest.layers.reduce((sum, { size }) => sum + size, 0),
      ...(config.created ? { created: config.created } : {}),
    };
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
    return { id: descriptor.digest, size: 0, broken: error.failure.why };
  }
}
