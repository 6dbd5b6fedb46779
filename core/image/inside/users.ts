import { TsstepError } from '../../errors.ts';
import { listContainers } from '../../store/containers.ts';
import { readImage } from '../manifest.ts';
import { configSchema, parseJson } from '../schema.ts';
import { readBlob } from '../store/blobs.ts';
import { readIndex } from '../store/layout.ts';
import { displayName } from '../store/names.ts';
import type { LayerUsers } from './types.ts';

/** Who else has a layer: by diff ID, the images with another ID than `own`, and the containers of any image. */
export async function layerUsers(root: string, own: string): Promise<(diffId: string) => LayerUsers> {
  const images = new Map<string, Set<string>>();
  for (const descriptor of readIndex(root)) {
    const name = displayName(descriptor);
    await perhaps(async () => {
      const { manifest, config } = await readImage((digest) => readBlob(root, digest), descriptor, name);
      if (manifest.config.digest !== own) note(images, config.rootfs.diff_ids ?? [], name);
    });
  }
  const containers = new Map<string, Set<string>>();
  for (const { config } of listContainers(root)) {
    // By ID: its name may mean another image by now, or nothing.
    await perhaps(async () => {
      const file = parseJson(configSchema, await readBlob(root, config.image.id), config.image.name);
      note(containers, file.rootfs.diff_ids ?? [], config.name);
    });
  }
  return (diffId) => ({
    images: [...(images.get(diffId) ?? [])],
    containers: [...(containers.get(diffId) ?? [])],
  });
}

function note(users: Map<string, Set<string>>, diffIds: readonly string[], name: string): void {
  for (const diffId of diffIds) users.set(diffId, (users.get(diffId) ?? new Set()).add(name));
}

// Another image that is broken is no reason not to show this one.
async function perhaps(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
  }
}
