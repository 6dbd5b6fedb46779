import { badImage } from './broken.ts';
import { refuseForeign } from './foreign.ts';
import { configTypes, indexTypes, manifestTypes } from './media-types.ts';
import { localPlatform, pickPlatform, platformName } from './platform.ts';
import {
  type ConfigFile,
  configSchema,
  type Descriptor,
  type Index,
  indexSchema,
  type Manifest,
  manifestSchema,
  type Platform,
  parseJson,
} from './schema.ts';

/** Verified bytes of a JSON blob, from wherever the image is: the store, an archive, later a registry. */
export type ReadBlob = (digest: string) => Promise<Uint8Array>;

/** Manifest and configuration of one platform's image. */
export interface ImageDocuments {
  /** Of the manifest itself, chosen from the index if there was one. */
  descriptor: Descriptor;
  manifest: Manifest;
  config: ConfigFile;
}

/**
 * Follow a descriptor, through an index if need be, to the image for a platform.
 * @param what names the image in errors.
 * @throws `bad-image` when a document is missing or wrong, or the image is for other platforms only.
 */
export async function readImage(
  read: ReadBlob,
  descriptor: Descriptor,
  what: string,
  platform: Platform = localPlatform(),
): Promise<ImageDocuments> {
  const { descriptor: chosen, manifest } = await readManifest(read, descriptor, what, platform);
  if (!configTypes.includes(manifest.config.mediaType)) {
    throw badImage(
      what,
      `it is not a container image but an artifact (${manifest.config.mediaType})`,
      'name an image that has a root filesystem, like the built-in `lab`',
    );
  }
  refuseForeign(manifest.layers, what);
  const config = parseJson(configSchema, await read(manifest.config.digest), `the configuration of ${what}`);
  const diffIds = config.rootfs.diff_ids ?? [];
  if (diffIds.length !== manifest.layers.length) {
    throw badImage(
      what,
      `its manifest has ${manifest.layers.length} layers and its configuration ${diffIds.length} diff ids`,
    );
  }
  return { descriptor: chosen, manifest, config };
}

/** Whether the descriptor is of an index, a list of manifests. */
export function isIndex(descriptor: Descriptor): boolean {
  return indexTypes.includes(descriptor.mediaType);
}

/** The manifests of an index. @throws `bad-image` */
export async function readManifests(read: ReadBlob, descriptor: Descriptor, what: string): Promise<Index> {
  const bytes = await read(descriptor.digest);
  unambiguous(bytes, descriptor, what);
  return parseJson(indexSchema, bytes, `the index of ${what}`);
}

async function readManifest(
  read: ReadBlob,
  descriptor: Descriptor,
  what: string,
  platform: Platform,
): Promise<{ descriptor: Descriptor; manifest: Manifest }> {
  const chosen = isIndex(descriptor)
    ? choose(await readManifests(read, descriptor, what), what, platform)
    : descriptor;
  return { descriptor: chosen, manifest: parseManifest(await read(chosen.digest), chosen, what) };
}

/** The manifest of an index that is for `platform`. @throws `bad-image` when there is none */
export function choose({ manifests }: Index, what: string, platform: Platform): Descriptor {
  const picked = pickPlatform(manifests, platform);
  if (picked) return picked;
  const wanted = platformName(platform);
  throw badImage(
    what,
    `it has no image for ${wanted}, only for ${platformsOf(manifests).join(', ') || 'nothing'}`,
    `get an image that has one for ${wanted}, or name another with --platform`,
  );
}

/** What an index offers, without the attestations that buildkit files under `unknown/unknown`. */
export function platformsOf(manifests: readonly Descriptor[]): string[] {
  return manifests
    .map(({ platform }) => (platform ? platformName(platform) : '?'))
    .filter((name) => !name.startsWith('unknown/'));
}

/** The bytes behind a manifest's descriptor. @throws `bad-image` */
export function parseManifest(bytes: Uint8Array, descriptor: Descriptor, what: string): Manifest {
  if (!manifestTypes.includes(descriptor.mediaType))
    throw badImage(what, `${descriptor.mediaType} is not an image manifest`);
  unambiguous(bytes, descriptor, what);
  return parseJson(manifestSchema, bytes, `the manifest of ${what}`);
}

/** A document that can be read as manifest and as index means different images to different tools (CVE-2021-41190). */
function unambiguous(bytes: Uint8Array, { mediaType }: Descriptor, what: string): void {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // parseJson has the better words for it.
    return;
  }
  if (typeof json !== 'object' || json === null) return;
  if ('manifests' in json && ('layers' in json || 'config' in json)) {
    throw badImage(what, 'its manifest claims to be an image and an index of images at once');
  }
  if ('mediaType' in json && json.mediaType !== mediaType) {
    throw badImage(
      what,
      `its manifest says ${String(json.mediaType)} where its descriptor says ${mediaType}`,
    );
  }
}
