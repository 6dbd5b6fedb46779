/** Removing images: names first, in one step, and then what only they led to. A crash in between leaves garbage, no damage. */

import { readConfigs } from '../../store/containers.ts';
import type { Descriptor } from '../schema.ts';
import { readBlob } from './blobs.ts';
import { chainIds } from './chain-id.ts';
import { judgeRemoval, type Verdict } from './conflict.ts';
import { changeIndex, indexEntry } from './layout.ts';
import { displayName } from './names.ts';
import { reach } from './reachable.ts';
import { diffIdsOf, findAmong, type StoredImage, storedImages } from './stored.ts';
import { type Swept, sweep } from './sweep.ts';
import { usersByImage, usersOf } from './users.ts';

export interface Removed extends Swept {
  /** Names, as docker prints them. */
  untagged: readonly string[];
  /** The image's ID and the chain IDs of layers that no other image has, topmost first. */
  deleted: readonly string[];
}

/** @throws TsstepError bad-reference, no-such-image, image-in-use; nothing has changed then */
export async function removeImage(root: string, text: string, force: boolean): Promise<Removed> {
  return await removeChosen(root, (images) => {
    const found = findAmong(images, text);
    return [
      { image: found.image, verdict: judgeRemoval(found, usersOf(usersByImage(root), found.image), force) },
    ];
  });
}

export interface Chosen {
  image: StoredImage;
  verdict: Verdict;
}

/** `choose` decides while nobody else can change the list of images. */
export async function removeChosen(
  root: string,
  choose: (images: readonly StoredImage[]) => readonly Chosen[],
  { downloads = false }: { downloads?: boolean } = {},
): Promise<Removed> {
  let chosen: readonly Chosen[] = [];
  let left: readonly StoredImage[] = [];
  await changeIndex(root, async (before) => {
    const images = await storedImages(root, before);
    chosen = choose(images);
    left = images.filter((one) => !chosen.some(({ image, verdict }) => verdict.gone && image === one));
    return chosen.reduce(without, before);
  });
  const gone = chosen.filter(({ verdict }) => verdict.gone).map(({ image }) => image);
  const untagged = chosen.flatMap(({ verdict }) => verdict.untagged.map(displayName));
  if (gone.length === 0 && !downloads) return { untagged, deleted: [], bytes: 0 };
  const deleted = await deletedIds(root, gone, left);
  return { untagged, deleted, ...(await sweep(root, { downloads })) };
}

function without(entries: readonly Descriptor[], { image, verdict }: Chosen): Descriptor[] {
  if (verdict.gone) return entries.filter((one) => !image.entries.includes(one));
  const kept = entries.filter((one) => !verdict.untagged.includes(one));
  const nameless = !kept.some((one) => image.entries.includes(one));
  const [bare] = image.entries;
  return nameless && bare ? [...kept, indexEntry(bare)] : kept;
}

async function deletedIds(
  root: string,
  gone: readonly StoredImage[],
  left: readonly StoredImage[],
): Promise<string[]> {
  const read = (digest: string) => readBlob(root, digest);
  const containers = await Promise.all(
    readConfigs(root).configs.map(({ image }) => reach(read, image.digest)),
  );
  const used = containers.map(({ layers }) => [...layers]);
  const kept = new Set([...left.map(diffIdsOf), ...used].flatMap(chainIds));
  return gone.flatMap((image) => {
    const chain = chainIds(diffIdsOf(image)).filter((id) => !kept.has(id));
    for (const id of chain) kept.add(id);
    return [image.id, ...chain.reverse()];
  });
}
