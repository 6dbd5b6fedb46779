import { isForeign } from '../image/foreign.ts';
import { isIndex, readImage, readManifests } from '../image/manifest.ts';
import { type Descriptor, manifestSchema, parseJson } from '../image/schema.ts';
import { hasBlob, readBlob } from '../image/store/blobs.ts';
import type { Registry } from './client.ts';
import { refusal } from './refusal.ts';
import { uploadBlob } from './upload.ts';

/** Layers that are sent at the same time, as with docker. */
const atOnce = 5;

/** Told about each layer, by the digest of its content, as docker counts them. */
export interface PushListener {
  layers(diffIds: readonly string[]): void;
  layer(diffId: string, how: 'Pushed' | 'Layer already exists'): void;
}

/** Where an image goes. */
export interface PushTarget {
  registry: Registry;
  repository: string;
  tag: string;
}

/**
 * Push an image of the store: what it consists of first, its manifest last, so that the registry never has an image with holes. For
 * several platforms, and all of them in the store: as a whole. Otherwise the image for this machine.
 * @returns what the tag means now
 * @throws `bad-image`, `registry`, `unauthorized`, `rate-limited`
 */
export async function pushImage(
  root: string,
  stored: Descriptor,
  what: string,
  target: PushTarget,
  listener: PushListener,
): Promise<Descriptor> {
  const read = (digest: string) => readBlob(root, digest);
  const manifests = isIndex(stored) ? (await readManifests(read, stored, what)).manifests : [];
  const whole = manifests.length > 0 && (await every(manifests, (one) => isComplete(root, one)));
  const own = await readImage(read, stored, what);
  const diffIds = own.config.rootfs.diff_ids ?? [];
  listener.layers(diffIds);
  await pushBlobs(root, own.descriptor, target, (at, how) => listener.layer(diffIds[at] ?? '', how));
  if (!whole) return await putManifest(root, own.descriptor, target, target.tag);
  for (const one of manifests) {
    if (one.digest !== own.descriptor.digest) await pushBlobs(root, one, target, () => undefined);
    await putManifest(root, one, target, one.digest);
  }
  return await putManifest(root, stored, target, target.tag);
}

async function partsOf(root: string, manifest: Descriptor) {
  const bytes = await readBlob(root, manifest.digest);
  return parseJson(manifestSchema, bytes, `the manifest ${manifest.digest}`);
}

async function isComplete(root: string, manifest: Descriptor): Promise<boolean> {
  if (!hasBlob(root, manifest.digest)) return false;
  const { config, layers } = await partsOf(root, manifest);
  return [config, ...layers.filter((layer) => !isForeign(layer))].every(({ digest, size }) =>
    hasBlob(root, digest, size),
  );
}

async function pushBlobs(
  root: string,
  manifest: Descriptor,
  { registry, repository }: PushTarget,
  onLayer: (at: number, how: 'Pushed' | 'Layer already exists') => void,
): Promise<void> {
  const { config, layers } = await partsOf(root, manifest);
  const queue = [...layers.entries()].filter(([, layer]) => !isForeign(layer));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [at, layer] = next;
      const { already } = await uploadBlob(registry, root, repository, layer);
      onLayer(at, already ? 'Layer already exists' : 'Pushed');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await uploadBlob(registry, root, repository, config);
}

async function putManifest(
  root: string,
  descriptor: Descriptor,
  { registry, repository }: PushTarget,
  reference: string,
): Promise<Descriptor> {
  const bytes = await readBlob(root, descriptor.digest);
  const url = registry.url(`/v2/${repository}/manifests/${reference}`);
  const headers = { 'content-type': descriptor.mediaType };
  const answer = await registry.ask({ method: 'PUT', url, headers, body: () => bytes }, repository);
  if (answer.exchange.status !== 201)
    throw await refusal(answer, {
      endpoint: registry.endpoint,
      what: `a place for ${repository}:${reference}`,
      absent: 'it takes no images of this name',
    });
  await answer.body.dump();
  return descriptor;
}

async function every<T>(all: readonly T[], fn: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of all) if (!(await fn(one))) return false;
  return true;
}
