/**
 * `docker save`: one tar that is an OCI layout (image-spec, image-layout.md) and what docker itself reads, manifest.json. Both
 * name the same blobs. The same images give the same bytes.
 */
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { DigestMeter, digestPattern, hexOf } from '../digest.ts';
import { indexType } from '../media-types.ts';
import { familiarName, parseReference, splitReference } from '../reference.ts';
import type { Descriptor } from '../schema.ts';
import { type Blob, checkBlob, streamBlob } from '../store/blobs.ts';
import { storedName } from '../store/layout.ts';
import { documentsOf, findAmong, namedEntries, type StoredImage, storedImages } from '../store/stored.ts';

/** An image to be saved under these canonical names. */
interface Saved {
  image: StoredImage;
  names: readonly string[];
}

/** Nothing of an archive says when it was written. */
const mtime = new Date(0);

/**
 * What the references mean, each image once. A repository without a tag means all of its tags, as with docker.
 * @throws TsstepError bad-reference, no-such-image, bad-image
 */
export async function imagesToSave(root: string, references: readonly string[]): Promise<Saved[]> {
  const images = await storedImages(root);
  const saved = new Map<StoredImage, Set<string>>();
  for (const text of references) {
    for (const { image, name } of meant(images, text)) {
      // Before the first byte is written.
      documentsOf(image);
      const names = saved.get(image) ?? new Set();
      saved.set(image, name === undefined ? names : names.add(name));
    }
  }
  return [...saved]
    .map(([image, names]) => ({ image, names: [...names].sort() }))
    .sort((a, b) => (a.image.id < b.image.id ? -1 : 1));
}

function meant(images: readonly StoredImage[], text: string): { image: StoredImage; name?: string }[] {
  const repository = repositoryOf(text);
  const tags = images.flatMap((image) =>
    namedEntries(image).flatMap((entry) => {
      const name = storedName(entry);
      const fits = name !== undefined && !name.includes('@') && name.startsWith(`${repository}:`);
      return fits && !name.slice(repository.length + 1).includes('/') ? [{ image, name }] : [];
    }),
  );
  if (repository !== '' && tags.length > 0) return tags;
  const { image, entry } = findAmong(images, text);
  const name = entry && storedName(entry);
  return [{ image, ...(name !== undefined && !name.includes('@') && { name }) }];
}

/** `docker.io/library/nginx` for `nginx`; empty where there is a tag or a digest, or it can only be an ID. */
function repositoryOf(text: string): string {
  if (digestPattern.test(text) || /^(sha256:)?[0-9a-f]{64}$/.test(text)) return '';
  const { host, path } = parseReference(text);
  const { tag, digest } = splitReference(text);
  return tag !== undefined || digest !== undefined ? '' : `${host}/${path}`;
}

/**
 * Write the archive. One blob is in memory at a time, and of that one chunk.
 * @throws TsstepError bad-image when a blob is missing or damaged: then `output` has the beginning of an archive.
 */
export async function saveImages(root: string, saved: readonly Saved[], output: Writable): Promise<void> {
  const tar = pack();
  const written = pipeline(tar as unknown as NodeJS.ReadableStream, output);
  // Whoever ends first says why: a reader that went away, or a blob that is damaged.
  await Promise.all([written, fill(tar, root, saved)]);
}

async function fill(tar: Pack, root: string, saved: readonly Saved[]): Promise<void> {
  try {
    await add(tar, 'oci-layout', { imageLayoutVersion: '1.0.0' });
    for (const blob of blobsOf(saved)) await addBlob(tar, root, blob);
    await add(tar, 'index.json', {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: saved.flatMap(indexEntries),
    });
    await add(tar, 'manifest.json', saved.map(dockerEntry));
    tar.finalize();
  } catch (error) {
    tar.destroy(error as Error);
    throw error;
  }
}

function blobsOf(saved: readonly Saved[]): Descriptor[] {
  const blobs = new Map<string, Descriptor>();
  for (const { image } of saved) {
    const { descriptor, manifest } = documentsOf(image);
    for (const one of [descriptor, manifest.config, ...manifest.layers]) blobs.set(one.digest, one);
  }
  return [...blobs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

const blobName = (digest: string): string => `blobs/sha256/${hexOf(digest)}`;

/** The manifest of this machine's platform, even where the store has the index that it was chosen from. */
function indexEntries({ image, names }: Saved): Descriptor[] {
  const { mediaType, digest, size } = documentsOf(image).descriptor;
  const bare = { mediaType, digest, size };
  if (names.length === 0) return [bare];
  return names.map((name) => ({
    ...bare,
    annotations: {
      'io.containerd.image.name': name,
      'org.opencontainers.image.ref.name': parseReference(name).tag ?? 'latest',
    },
  }));
}

function dockerEntry({ image, names }: Saved) {
  const { manifest } = documentsOf(image);
  return {
    Config: blobName(manifest.config.digest),
    RepoTags: names.length === 0 ? null : names.map((name) => familiarName(parseReference(name))),
    Layers: manifest.layers.map(({ digest }) => blobName(digest)),
  };
}

async function add(tar: Pack, name: string, content: object): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(content));
  await addStream(tar, name, bytes.length, [bytes]);
}

async function addBlob(tar: Pack, root: string, blob: Blob): Promise<void> {
  const meter = new DigestMeter();
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const chunk of streamBlob(root, blob.digest)) {
      meter.update(chunk);
      if (meter.size > blob.size) break;
      yield chunk;
    }
    checkBlob(blob.digest, blob.size, { digest: meter.digest(), size: meter.size });
  }
  await addStream(tar, blobName(blob.digest), blob.size, checked());
}

async function addStream(
  tar: Pack,
  name: string,
  size: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await pipeline(content, tar.entry({ name, size, mtime, mode: 0o644, type: 'file' }) as unknown as Writable);
}
