import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../../errors.ts';
import { shortLayer } from '../../paths.ts';
import { badImage } from '../broken.ts';
import { hexOf } from '../digest.ts';
import { isIndex, readImage, readManifests } from '../manifest.ts';
import { localArchitecture, pickPlatform } from '../platform.ts';
import { canonicalName, familiarName, parseReference, type Reference } from '../reference.ts';
import { type ConfigFile, type Descriptor, imageConfig, type Manifest, type Platform } from '../schema.ts';
import type { ImageLayer, ResolvedImage } from '../types.ts';
import { hasBlob, readBlob } from './blobs.ts';
import { readIndex, storedName } from './layout.ts';
import { similarNames } from './similar.ts';

/** The image that tsstep can make itself. */
export const builtinName = 'docker.io/library/lab:latest';

/** What a name leads to in the store. */
export type Found = { found: ResolvedImage } | { absent: 'builtin' } | { absent: Reference };

/**
 * What a name, a digest or an image ID (or its beginning) means in the store.
 * @param platform another one than this machine's: an image that the store has for others only is absent
 * @throws `bad-reference`, `no-such-image` for an ID, or `bad-image` when the store's copy is broken.
 */
export async function findImage(root: string, text: string, platform?: Platform): Promise<Found> {
  const stored = readIndex(root);
  if (/^(sha256:[0-9a-f]+|[0-9a-f]{64})$/.test(text)) {
    const byId = await findById(root, stored, text);
    if (byId) return { found: byId };
    throw noSuchImage(text, stored);
  }
  const reference = parseReference(text);
  const descriptor = findByName(stored, reference);
  if (descriptor && (await has(root, descriptor, platform)))
    return { found: await imageAt(root, descriptor, familiarName(reference), platform) };
  const buildable = !platform || platform.architecture === localArchitecture();
  if (buildable && canonicalName(reference) === builtinName) return { absent: 'builtin' };
  // docker too looks for an ID only where no image has such a name.
  const byId = /^[0-9a-f]+$/.test(text) ? await findById(root, stored, text) : undefined;
  return byId ? { found: byId } : { absent: reference };
}

/** For whoever asks no registry. @throws as `findImage`, and `no-such-image` where a registry would have to be asked */
export async function resolveImage(
  root: string,
  text: string,
  platform?: Platform,
): Promise<{ found: ResolvedImage } | { absent: 'builtin' }> {
  const found = await findImage(root, text, platform);
  if ('found' in found) return found;
  if (found.absent === 'builtin') return { absent: found.absent };
  throw noSuchImage(familiarName(found.absent), readIndex(root));
}

/** An index may have been stored with the image of one platform only, and a lone manifest is for the one its configuration says. */
async function has(root: string, descriptor: Descriptor, platform: Platform | undefined): Promise<boolean> {
  if (!platform) return true;
  const read = (digest: string) => readBlob(root, digest);
  const what = displayName(descriptor);
  if (isIndex(descriptor)) {
    const picked = pickPlatform((await readManifests(read, descriptor, what)).manifests, platform);
    return picked !== undefined && hasBlob(root, picked.digest, picked.size);
  }
  const { config } = await readImage(read, descriptor, what);
  return config.architecture == null || config.architecture === platform.architecture;
}

/**
 * The image that a descriptor of the store means on this machine.
 * @param complete false: its layers may still be missing
 * @throws `bad-image`
 */
export async function imageAt(
  root: string,
  descriptor: Descriptor,
  name: string,
  platform?: Platform,
  { complete = true } = {},
): Promise<ResolvedImage> {
  const what = `the image ${name}`;
  const documents = await readImage((digest) => readBlob(root, digest), descriptor, what, platform);
  const { manifest, config } = documents;
  const layers = imageLayers(root, manifest, config, { what, complete });
  if (layers.length === 0) {
    throw badImage(
      what,
      'it has no layers, so a container would have no files',
      'use an image with a root filesystem, like the built-in `lab`',
    );
  }
  return {
    name,
    id: manifest.config.digest,
    digest: documents.descriptor.digest,
    config: imageConfig(config),
    // overlayfs refuses one directory twice (ELOOP); docker's empty layers repeat. What lies on top hides its copies below.
    layers: layers.filter(
      ({ diffId }, index) => !layers.some((later, at) => at > index && later.diffId === diffId),
    ),
  };
}

/** All layers of an image, lowest first, and where each of them is or will be. @throws `bad-image` when one is nowhere */
export function imageLayers(
  root: string,
  manifest: Manifest,
  config: ConfigFile,
  { what, complete = true }: { what: string; complete?: boolean },
): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids ?? [];
  return manifest.layers.map(({ digest, mediaType, size }, index) => {
    const diffId = diffIds[index] ?? '';
    const hex = hexOf(diffId);
    const directory = join(root, 'layers', hex);
    const unpacked = existsSync(directory) && existsSync(shortLayer(directory));
    const stored = hasBlob(root, digest, size);
    if (complete && !unpacked && !stored) {
      throw badImage(
        what,
        `its layer ${index + 1}, the blob ${digest}, is missing from the store or cut short`,
      );
    }
    return { digest, mediaType, size, diffId, directory, link: hex.slice(0, 12), stored, unpacked };
  });
}

/** The entry of index.json that a name means. */
export function findByName(stored: readonly Descriptor[], reference: Reference): Descriptor | undefined {
  const { host, path, digest } = reference;
  if (digest === undefined) return stored.find((one) => storedName(one) === canonicalName(reference));
  const repository = `${host}/${path}`;
  // As docker: a digest says which image is meant, a tag beside it is a remark.
  return stored.find(
    (one) => one.digest === digest && storedName(one)?.replace(/[:@][^/]*$/, '') === repository,
  );
}

async function findById(
  root: string,
  stored: readonly Descriptor[],
  text: string,
): Promise<ResolvedImage | undefined> {
  const prefix = text.startsWith('sha256:') ? text : `sha256:${text}`;
  const found = new Map<string, { descriptor: Descriptor; name: string }>();
  for (const descriptor of stored) {
    const name = displayName(descriptor);
    const id = await imageId(root, descriptor, name);
    if (id?.startsWith(prefix)) found.set(id, found.get(id) ?? { descriptor, name });
    else if (descriptor.digest === prefix) found.set(descriptor.digest, { descriptor, name });
  }
  const [match, ...others] = found.values();
  if (others.length > 0) throw ambiguousId(text, [...found.keys()]);
  return match && imageAt(root, match.descriptor, match.name);
}

/** An ID that was shortened too far. */
export function ambiguousId(text: string, ids: readonly string[]): TsstepError {
  return new TsstepError({
    code: 'no-such-image',
    what: `no single image has the ID ${text}`,
    why: `${ids.length} images begin with it: ${ids.map((id) => hexOf(id).slice(0, 12)).join(', ')}`,
    remedy: 'write more digits of the ID, or a name; `tsstep images` lists them',
  });
}

// A broken image somewhere in the store must not keep the others from being found.
async function imageId(root: string, descriptor: Descriptor, name: string): Promise<string | undefined> {
  try {
    return (await readImage((digest) => readBlob(root, digest), descriptor, name)).manifest.config.digest;
  } catch (error) {
    if (error instanceof TsstepError) return undefined;
    throw error;
  }
}

/** An image's name as docker prints it; its manifest's digest where it has none. */
export function displayName(descriptor: Descriptor): string {
  const name = storedName(descriptor);
  if (name === undefined) return descriptor.digest;
  try {
    return familiarName(parseReference(name));
  } catch {
    // Another tool may have written to index.json what is no name here.
    return name;
  }
}

/** `did you mean …?` for a name that is almost one of the store's; else nothing. */
export function similarTo(name: string, stored: readonly Descriptor[]): string {
  const names = [...stored.filter((one) => storedName(one) !== undefined).map(displayName), 'lab:latest'];
  const similar = similarNames(
    name,
    [...new Set(names)].filter((one) => one !== name),
  );
  return similar.length > 0 ? `did you mean ${similar.map((one) => `\`${one}\``).join(' or ')}? ` : '';
}

/** With the names that are similar. */
export function noSuchImage(name: string, stored: readonly Descriptor[]): TsstepError {
  if (isBuiltin(name)) return notMade(name);
  const hint = similarTo(name, stored);
  return new TsstepError({
    code: 'no-such-image',
    what: `there is no image ${name} on this machine`,
    why: 'the store does not have it, and no registry is asked here',
    remedy:
      `${hint}${hint ? 'Otherwise get' : 'get'} it from a registry with \`tsstep pull\`, from a file that \`docker save\` or \`skopeo copy\` ` +
      'made with `tsstep load -i FILE`, make one of a root filesystem with `tsstep import FILE NAME`, or use the built-in image `lab`',
  });
}

const isBuiltin = (name: string): boolean => /^lab(:latest)?$/.test(name);

/** For whoever only looks: that must not make anything, not even the image that `run` would make. */
export function notMade(name: string): TsstepError {
  return new TsstepError({
    code: 'no-such-image',
    what: `the built-in image ${name} is not made yet`,
    why: 'it is made of this machine’s busybox when a container first needs it',
    remedy: `tsstep run --rm ${name} true`,
  });
}
