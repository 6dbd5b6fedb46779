import { badImage } from './broken.ts';
import { refuseForeign } from './foreign.ts';
import { localArchitecture, pickPlatform, platformName } from './platform.ts';
import {
  type ConfigFile,
  configSchema,
  type Descriptor,
  type Index,
  indexSchema,
  type Manifest,
  manifestSchema,
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

const indexTypes = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const manifestTypes = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const configTypes = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/**
 * Follow a descriptor, through an index if need be, to the image for this machine.
 * @param what names the image in errors.
 * @throws `bad-image` when a document is missing or wrong, or the image is for other platforms only.
 */
export async function readImage(
  read: ReadBlob,
  descriptor: Descriptor,
  what: string,
): Promise<ImageDocuments> {
  const { descriptor: chosen, manifest } = await readManifest(read, descriptor, what);
  if (!configTypes.has(manifest.config.mediaType)) {
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
  return indexTypes.has(descriptor.mediaType);
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
): Promise<{ descriptor: Descriptor; manifest: Manifest }> {
  let chosen = descriptor;
  if (isIndex(descriptor)) {
    const { manifests } = await readManifests(read, descriptor, what);
    const picked = pickPlatform(manifests);
    if (!picked) {
      const has =
        manifests.map(({ platform }) => (platform ? platformName(platform) : '?')).join(', ') || 'nothing';
      throw badImage(
        what,
        `it has no image for linux/${localArchitecture()}, only for ${has}`,
        `get the image for this machine: \`docker pull --platform linux/${localArchitecture()}\` or \`skopeo --override-arch ${localArchitecture()}\``,
      );
    }
    chosen = picked;
  }
  if (!manifestTypes.has(chosen.mediaType))
    throw badImage(what, `${chosen.mediaType} is not an image manifest`);
  const bytes = await read(chosen.digest);
  unambiguous(bytes, chosen, what);
  return { descriptor: chosen, manifest: parseJson(manifestSchema, bytes, `the manifest of ${what}`) };
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
