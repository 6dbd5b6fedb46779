/**
 * `<root>/images` is an OCI image layout (image-spec, image-layout.md): other tools can read it, as in
 * `skopeo inspect oci:/var/lib/tsstep/images:docker.io/library/lab:latest`.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../kernel/errno.ts';
import { withLock } from '../../kernel/fs.ts';
import { indexType } from '../media-types.ts';
import { type Descriptor, type Index, indexSchema, parseJson } from '../schema.ts';
import { temporaryPath } from './temporary.ts';

const nameKeys = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'] as const;

/** The images of the store, one descriptor a name. @throws `bad-image` when index.json is damaged. */
export function readIndex(root: string): readonly Descriptor[] {
  const path = join(root, 'images/index.json');
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return parseJson(indexSchema, bytes, path).manifests;
}

/** The whole name of a stored image; undefined: it has none. */
export function storedName(descriptor: Descriptor): string | undefined {
  return descriptor.annotations?.[nameKeys[0]] ?? descriptor.annotations?.[nameKeys[1]];
}

/** A descriptor as index.json keeps it: without the platform and annotations that it may have had elsewhere. */
export function indexEntry({ mediaType, digest, size }: Descriptor, name?: string): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(name !== undefined && { annotations: Object.fromEntries(nameKeys.map((key) => [key, name])) }),
  };
}

/**
 * Give an image the canonical name `name`, or keep it without one. The image that had the name stays, nameless if that was
 * its only one, as docker's `<none>` does.
 */
export async function recordImage(root: string, descriptor: Descriptor, name?: string): Promise<void> {
  await changeIndex(root, (before) => {
    const kept = before.filter((one) => storedName(one) !== undefined && storedName(one) !== name);
    const all = name === undefined ? kept : [...kept, indexEntry(descriptor, name)];
    for (const one of [...before, descriptor]) {
      if (!all.some((other) => other.digest === one.digest)) all.push(indexEntry(one));
    }
    return all;
  });
}

/** Held while index.json changes, and while what it does not lead to is removed. */
export const indexLock = (root: string): string => join(root, 'images/.lock');

/** Replace the list of images by what `change` makes of it, while nobody else can. What it throws changes nothing. */
export async function changeIndex(
  root: string,
  change: (before: readonly Descriptor[]) => readonly Descriptor[] | Promise<readonly Descriptor[]>,
): Promise<void> {
  mkdirSync(join(root, 'images/blobs/sha256'), { recursive: true });
  await withLock(indexLock(root), async () => {
    const manifests = [...(await change(readIndex(root)))];
    writeIndex(root, { schemaVersion: 2, mediaType: indexType, manifests });
  });
}

function writeIndex(root: string, index: Index): void {
  replaceFile(root, 'images/oci-layout', { imageLayoutVersion: '1.0.0' });
  replaceFile(root, 'images/index.json', index);
}

// rename(2) replaces at once: a reader without the lock sees the old file or the new one.
function replaceFile(root: string, name: string, content: object): void {
  const path = temporaryPath(root);
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o644, flush: true });
  renameSync(path, join(root, name));
}
