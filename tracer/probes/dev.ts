import type { Probe, Tree } from '../snapshot.ts';
import { entry } from './entry.ts';
import { names } from './read.ts';
import { rootfs } from './target.ts';

/** What the container finds in /dev, and its pseudo-terminals. */
export const dev: Probe = (context) => {
  const root = rootfs(context);
  if (!root) return undefined;
  const found: Tree = {};
  for (const name of [...names(`${root}/dev`), ...names(`${root}/dev/pts`).map((pts) => `pts/${pts}`)]) {
    const what = entry(`${root}/dev/${name}`);
    if (what !== undefined) found[name] = what;
  }
  return Object.keys(found).length > 0 ? found : undefined;
};
