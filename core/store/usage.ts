/** What `docker system df` counts: bytes of files, of layers only once. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { treeBytes } from '../host/tree-bytes.ts';
import { layerSizes } from '../image/store/layer-size.ts';
import { type StoredImage, storedImages } from '../image/store/stored.ts';
import { tolerating } from '../kernel/errno.ts';
import { containerFiles, volumeDirectory, volumes } from '../paths.ts';
import { volumeName } from '../stages/volumes/user-mounts.ts';
import { type Container, listContainers } from './containers.ts';

export interface ImageUsage {
  image: StoredImage;
  /** All its layers. */
  size: number;
  /** Of that, layers that another image has too. */
  shared: number;
  /** How many containers were made from it. */
  containers: number;
}

export interface ContainerUsage {
  container: Container;
  /** Its writable layer. */
  size: number;
}

export interface VolumeUsage {
  name: string;
  size: number;
  /** How many containers have it. */
  links: number;
}

export interface Usage {
  images: readonly ImageUsage[];
  /** Bytes of all layers, each counted once. */
  layers: number;
  containers: readonly ContainerUsage[];
  volumes: readonly VolumeUsage[];
}

export async function usageOf(root: string): Promise<Usage> {
  const containers = listContainers(root);
  return {
    ...imageUsage(root, await storedImages(root), containers),
    containers: containers.map((container) => ({
      container,
      size: treeBytes(containerFiles(root, container.config.id).upper),
    })),
    volumes: volumeUsage(root, containers),
  };
}

function imageUsage(
  root: string,
  images: readonly StoredImage[],
  containers: readonly Container[],
): Pick<Usage, 'images' | 'layers'> {
  const layers = new Map<string, { bytes: number; images: number }>();
  const each = images.map((image) => ({
    image,
    // An image may have the same layer twice: it is one on disk.
    own: [...new Map(layerSizes(root, image).map(({ diffId, bytes }) => [diffId, bytes]))],
  }));
  for (const [diffId, bytes] of each.flatMap(({ own }) => own))
    layers.set(diffId, { bytes, images: (layers.get(diffId)?.images ?? 0) + 1 });
  const sum = (some: readonly (readonly [string, number])[]) =>
    some.reduce((all, [, bytes]) => all + bytes, 0);
  return {
    images: each.map(({ image, own }) => ({
      image,
      size: sum(own),
      shared: sum(own.filter(([diffId]) => (layers.get(diffId)?.images ?? 0) > 1)),
      containers: containers.filter(({ config }) => config.image.id === image.id).length,
    })),
    layers: [...layers.values()].reduce((all, { bytes }) => all + bytes, 0),
  };
}

function volumeUsage(root: string, containers: readonly Container[]): VolumeUsage[] {
  const used = containers.map(({ config: { mounts, id } }) =>
    mounts.flatMap((mount) => (mount.type === 'volume' ? [volumeName(mount, id)] : [])),
  );
  const names = tolerating(['ENOENT'], () => readdirSync(volumes(root))) ?? [];
  return names.sort().map((name) => ({
    name,
    size: treeBytes(join(volumeDirectory(root, name), '_data')),
    links: used.filter((some) => some.includes(name)).length,
  }));
}
