/** What the store needs, told by what leads to it: counts that are kept somewhere would be wrong after the first crash. */
import { TsstepError } from '../../errors.ts';
import { digestPattern } from '../digest.ts';
import type { ReadBlob } from '../manifest.ts';

export interface Reachable {
  /** Digests of blobs. */
  blobs: Set<string>;
  /** Diff ids of layers. */
  layers: Set<string>;
}

/** As much of index, manifest and configuration as leads somewhere; whatever else is in them, or missing, is no matter here. */
interface Links {
  manifests?: unknown;
  config?: unknown;
  layers?: unknown;
  rootfs?: { diff_ids?: unknown } | null;
}

/**
 * Everything that a descriptor's digest leads to. A document that is missing or damaged leads nowhere: of an index, mostly
 * one platform's manifest is in the store.
 */
export async function reach(read: ReadBlob, digest: string): Promise<Reachable> {
  const found: Reachable = { blobs: new Set(), layers: new Set() };
  await walk(read, digest, found);
  return found;
}

async function walk(read: ReadBlob, digest: unknown, found: Reachable): Promise<void> {
  if (!isDigest(digest) || found.blobs.has(digest)) return;
  found.blobs.add(digest);
  const { manifests, config, layers } = await document(read, digest);
  for (const child of listOf(manifests)) await walk(read, digestIn(child), found);
  for (const layer of listOf(layers).map(digestIn)) if (isDigest(layer)) found.blobs.add(layer);
  const configuration = digestIn(config);
  if (!isDigest(configuration)) return;
  found.blobs.add(configuration);
  const { rootfs } = await document(read, configuration);
  for (const diffId of listOf(rootfs?.diff_ids)) if (isDigest(diffId)) found.layers.add(diffId);
}

async function document(read: ReadBlob, digest: string): Promise<Links> {
  try {
    const json: unknown = JSON.parse(Buffer.from(await read(digest)).toString('utf8'));
    return typeof json === 'object' && json !== null ? json : {};
  } catch (error) {
    if (error instanceof TsstepError || error instanceof SyntaxError) return {};
    throw error;
  }
}

const isDigest = (value: unknown): value is string => typeof value === 'string' && digestPattern.test(value);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const digestIn = (link: unknown): unknown =>
  typeof link === 'object' && link !== null && 'digest' in link ? link.digest : undefined;
