import type { ContainerConfig } from '../../store/config.ts';
import { writableLayer } from '../../store/writable-layer.ts';
import { layerTypes } from '../media-types.ts';
import { localArchitecture } from '../platform.ts';
import { nameToGive } from '../reference.ts';
import { type ConfigFile, imageConfig, type Manifest } from '../schema.ts';
import { createImage, type HistoryEntry } from '../store/create.ts';
import { holding } from '../store/hold.ts';
import { imageByManifest } from '../store/parent.ts';
import { storeLayer } from '../store/store-layer.ts';
import { writeTar } from '../tar/tar-writer.ts';
import type { TreeOptions } from '../tar/tree-walk.ts';
import type { LayerSource } from '../types.ts';
import { committedConfig } from './commit-config.ts';
import { layerEntries } from './upper-tar.ts';

export interface CommitOptions extends TreeOptions {
  /** Undefined: the image gets no name. */
  reference?: string | undefined;
  author?: string | undefined;
  message?: string | undefined;
  /** Dockerfile instructions. */
  changes: readonly string[];
  /** Runs the reading of the container's files, with its processes stopped where that is wanted. */
  whilePaused: <T>(read: (signal?: AbortSignal) => Promise<T>) => Promise<T>;
}

/**
 * Make an image of a container: its image's layers, and what it has changed as one more.
 * @returns the image ID
 * @throws `bad-image`, `bad-reference`, `usage`, `container-state`
 */
export async function commitContainer(
  root: string,
  container: ContainerConfig,
  options: CommitOptions,
): Promise<string> {
  // Until the image has its name, nothing leads to its layer.
  return await holding(root, () => commit(root, container, options));
}

async function commit(
  root: string,
  container: ContainerConfig,
  { reference, author, message, changes, whilePaused, ...tree }: CommitOptions,
): Promise<string> {
  // What a person typed is checked before gigabytes are read.
  const name = reference === undefined ? undefined : nameToGive(reference);
  const { manifest, config: parent } = await imageByManifest(
    root,
    container.image.digest,
    container.image.name,
  );
  const config = committedConfig(container, imageConfig(parent), changes);
  const { upper } = writableLayer(root, container);
  const layer = await whilePaused((signal) =>
    storeLayer(root, writeTar(layerEntries(upper, tree)), 6, signal),
  );
  const created = new Date().toISOString();
  const entry: HistoryEntry = {
    created,
    created_by: commandOf(container, imageConfig(parent).Entrypoint ?? []),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { comment: message }),
  };
  return await createImage(
    root,
    {
      created,
      ...(author !== undefined && { author }),
      architecture: parent.architecture ?? localArchitecture(),
      ...(parent.variant && { variant: parent.variant }),
      config,
      layers: [...layersOf(manifest, parent), layer],
      history: [...historyOf(parent), entry],
    },
    name,
  );
}

/** The command without its entrypoint, which docker leaves out here. */
function commandOf({ spec, argv }: ContainerConfig, entrypoint: readonly string[]): string {
  const words = spec.entrypoint === undefined ? entrypoint.length : spec.entrypoint === '' ? 0 : 1;
  return argv.slice(words).join(' ');
}

function layersOf({ layers }: Manifest, { rootfs }: ConfigFile): LayerSource[] {
  return layers.map(({ mediaType, digest, size }, index) => ({
    // Docker's own words for layers have no place in an OCI manifest.
    mediaType: layerTypes[/gzip$/.test(mediaType) ? 'gzip' : /zstd/.test(mediaType) ? 'zstd' : 'none'],
    digest,
    size,
    diffId: rootfs.diff_ids?.[index] ?? '',
  }));
}

/** Without Go's nulls. */
function historyOf({ history }: ConfigFile): HistoryEntry[] {
  return (history ?? []).map(({ created, created_by, author, comment, empty_layer }) => ({
    ...(created && { created }),
    created_by: created_by ?? '',
    ...(author && { author }),
    ...(comment && { comment }),
    ...(empty_layer && { empty_layer: true as const }),
  }));
}
