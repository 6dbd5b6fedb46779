/**
 * Who may take files away. What is new in the store belongs to nobody at first: a pull writes blobs before a name leads to
 * them, and a run has found its image before its container's config.json says so. Both hold the store meanwhile, and only
 * who is alone in it removes what nothing leads to (docs/decisions/0019-image-garbage.md).
 */
import { join } from 'node:path';
import { takeLock } from '../../kernel/fs.ts';

const holdLock = (root: string): string => join(root, 'images/.hold');

/** How long to wait for others before giving up: a run takes milliseconds, a person who steps through one minutes. */
const PATIENCE_MILLISECONDS = 2000;

/**
 * Nothing is removed from the store until the returned function is called, or this process ends. Take it before looking for
 * an image, and let go when index.json or a container's configuration leads to it. Waits while somebody removes.
 */
export async function holdStore(root: string): Promise<() => void> {
  const release = await takeLock(holdLock(root), 'shared');
  return release ?? (() => undefined);
}

/** Runs `fn` while nothing is removed from the store. */
export async function holding<T>(root: string, fn: () => Promise<T>): Promise<T> {
  const release = await holdStore(root);
  try {
    return await fn();
  } finally {
    release();
  }
}

/** Runs `fn` while nobody holds the store. @returns undefined: somebody does, and has for two seconds */
export async function aloneInStore<T>(root: string, fn: () => Promise<T>): Promise<T | undefined> {
  const release = await takeLock(holdLock(root), 'exclusive', PATIENCE_MILLISECONDS);
  if (!release) return undefined;
  try {
    return await fn();
  } finally {
    release();
  }
}
