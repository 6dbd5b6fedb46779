import { booleanOf, type Filters, imageFilter } from './filters.ts';
import { type Removed, removeChosen } from './remove.ts';
import { namedEntries, type StoredImage } from './stored.ts';
import { isUsed, usersByImage } from './users.ts';

/**
 * Removes the images that no container uses, running or not, and everything else that nothing leads to.
 * @param all also those that have a name, as `dangling=false` says too
 */
export async function pruneImages(root: string, all: boolean, filters: Filters): Promise<Removed> {
  const { dangling, ...others } = filters;
  const named = all || (dangling?.some((text) => !booleanOf(text)) ?? false);
  const choose = (images: readonly StoredImage[]) => {
    const users = usersByImage(root);
    const passes = imageFilter(others, images, Date.now());
    return images
      .filter((image) => named || namedEntries(image).length === 0)
      .filter((image) => !isUsed(users, image) && passes(image))
      .map((image) => ({ image, verdict: { untagged: namedEntries(image), gone: true } }));
  };
  return await removeChosen(root, choose, { downloads: true });
}
