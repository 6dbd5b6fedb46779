import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shortLayer } from '../../paths.ts';
import { badImage } from '../broken.ts';
import { hexOf } from '../digest.ts';
import { isIndex, readImage, readManifests } from '../manifest.ts';
import { localArchitecture, pickPlatform } from '../platform.ts';
import { canonicalName, familiarName, isImageId, parseReference, type Reference } from '../reference.ts';
import { type ConfigFile, type Descriptor, imageConfig, type Manifest, type Platform } from '../schema.ts';
import type { ImageLayer, ResolvedImage } from '../types.ts';
import { hasBlob, readBlob } from './blobs.ts';
import { readIndex } from './layout.ts';
import { displayName, findByName, noSuchImage } from './names.ts';
import { findById, storedImages } from './stored.ts';

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
  if (isImageId(text)) {
    const byId = await imageById(root, stored, text);
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
  const byId = /^[0-9a-f]+$/.test(text) ? await imageById(root, stored, text) : undefined;
  return byId ? { found: byId } : { absent: reference };
}

async function imageById(
  root: string,
  stored: readonly Descriptor[],
  text: string,
): Promise<ResolvedImage | undefined> {
  const entry = findById(await storedImages(root, stored), text)?.entry;
  return entry && imageAt(root, entry, displayName(entry));
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
  const { architecture } = config;
  if (platform && architecture && architecture !== platform.architecture) {
    throw badImage(
      what,
      `it is for linux/${architecture}, and linux/${platform.architecture} was asked for`,
      `leave --platform away to get it all the same, or ask for linux/${architecture}`,
    );
  }
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
