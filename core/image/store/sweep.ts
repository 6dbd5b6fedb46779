/** Removing what nothing leads to: blobs, unpacked layers, and what crashed programs have left half-made. */
import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { treeBytes } from '../../host/tree-bytes.ts';
import { tolerating } from '../../kernel/errno.ts';
import { takeLock, withLock } from '../../kernel/fs.ts';
import { isId, layers, shortLayer } from '../../paths.ts';
import type { ContainerConfig } from '../../store/config.ts';
import { readConfigs } from '../../store/containers.ts';
import { hexOf } from '../digest.ts';
import { readBlob } from './blobs.ts';
import { aloneInStore } from './hold.ts';
import { layerSizeFile } from './layer-size.ts';
import { indexLock, readIndex } from './layout.ts';
import { type Reachable, reach } from './reachable.ts';

interface SweepOptions {
  /** Downloads that a pull could go on with as well. */
  downloads?: boolean;
}

export interface Swept {
  /** Of the files that went. */
  bytes: number;
  /**
   * Why files stay until the next removal: a run or a pull holds the store, and nothing went; or nobody knows which image these
   * containers need, and no blob and no layer went.
   */
  stays?: 'held' | { unreadable: readonly string[] };
}

/** Whatever no name and no container leads to goes. Safe at any moment: what is cut short is found again by the next sweep. */
export async function sweep(root: string, { downloads = false }: SweepOptions = {}): Promise<Swept> {
  const swept = await aloneInStore(root, () =>
    withLock(indexLock(root), async () => {
      const { configs, unreadable } = readConfigs(root);
      let bytes = unreadable.length > 0 ? 0 : await sweepUnneeded(root, configs);
      // Whoever unpacks holds the store, so these locks are of the dead.
      for (const half of ['layers/partial', 'layers/locks', 'images/tmp'])
        bytes += removeAll(join(root, half));
      if (downloads) bytes += await removeDownloads(join(root, 'images/downloads'));
      return { bytes, ...(unreadable.length > 0 && { stays: { unreadable } }) };
    }),
  );
  return swept ?? { bytes: 0, stays: 'held' };
}

async function sweepUnneeded(root: string, containers: readonly ContainerConfig[]): Promise<number> {
  const { blobs, layers: needed } = await neededOf(root, containers);
  const bytes = sweepBlobs(root, blobs);
  return needed ? bytes + sweepLayers(root, needed) : bytes;
}

/** Layers are absent where a container's image cannot be read: then nobody knows which ones it is made of. */
async function neededOf(
  root: string,
  containers: readonly ContainerConfig[],
): Promise<{ blobs: Set<string>; layers?: Set<string> }> {
  const read = (digest: string) => readBlob(root, digest);
  const named = await Promise.all(readIndex(root).map(({ digest }) => reach(read, digest)));
  const used = await Promise.all(containers.map(({ image }) => reach(read, image.digest)));
  const all: Reachable[] = [...named, ...used];
  const blobs = new Set(all.flatMap((one) => [...one.blobs].map(hexOf)));
  if (used.some((one) => one.layers.size === 0)) return { blobs };
  return { blobs, layers: new Set(all.flatMap((one) => [...one.layers].map(hexOf))) };
}

const entriesOf = (path: string): string[] => tolerating(['ENOENT'], () => readdirSync(path)) ?? [];

function sweepBlobs(root: string, needed: ReadonlySet<string>): number {
  const folder = join(root, 'images/blobs/sha256');
  const garbage = entriesOf(folder).filter((name) => isId(name) && !needed.has(name));
  return garbage.reduce((sum, name) => sum + removeFile(join(folder, name)), 0);
}

function sweepLayers(root: string, needed: ReadonlySet<string>): number {
  const folder = layers(root);
  const garbage = entriesOf(folder).filter((name) => isId(name) && !needed.has(name));
  const bytes = garbage.reduce((sum, name) => sum + removeLayer(root, join(folder, name)), 0);
  for (const name of entriesOf(join(folder, 'l'))) {
    const link = join(folder, 'l', name);
    if (!tolerating(['ENOENT'], () => lstatSync(join(folder, 'l', readlinkSync(link))))) unlinkSync(link);
  }
  for (const name of entriesOf(join(folder, 'sizes')))
    if (!needed.has(name)) rmSync(layerSizeFile(root, name), { force: true });
  return bytes;
}

/**
 * The link first: without it nobody takes the layer for unpacked. Then the directory moves aside at once, because half a layer
 * under its name would be taken for the whole one.
 */
function removeLayer(root: string, directory: string): number {
  const link = shortLayer(directory);
  const target = tolerating(['ENOENT', 'EINVAL'], () => readlinkSync(link));
  if (target === `../${basename(directory)}`) unlinkSync(link);
  const partial = join(layers(root), 'partial');
  const aside = join(partial, `removed-${basename(directory)}`);
  const bytes = treeBytes(directory);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  renameSync(directory, aside);
  rmSync(aside, { recursive: true, force: true });
  return bytes;
}

function removeAll(folder: string): number {
  return entriesOf(folder).reduce((sum, name) => {
    const bytes = treeBytes(join(folder, name));
    rmSync(join(folder, name), { recursive: true, force: true });
    return sum + bytes;
  }, 0);
}

function removeFile(path: string): number {
  const bytes = tolerating(['ENOENT'], () => lstatSync(path).size) ?? 0;
  rmSync(path, { force: true });
  return bytes;
}

/** Each is locked by who downloads it. */
async function removeDownloads(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of entriesOf(folder).filter(isId)) {
    const release = await takeLock(join(folder, name), 'exclusive', 0);
    if (release) bytes += removeFile(join(folder, name));
    release?.();
  }
  return bytes;
}
