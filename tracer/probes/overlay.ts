import { readdirSync } from 'node:fs';
import { containerId } from '../known.ts';
import type { Probe, Tree } from '../snapshot.ts';
import { entry } from './entry.ts';
import { hostMountinfo, type Mount } from './mounts.ts';
import { unlessGone } from './read.ts';

const LIMIT = 2000;

/** The container's copy-on-write directories: what it wrote or deleted is in `upper`, nothing else ever changes there. */
export const overlay: Probe = ({ known }) => {
  const id = containerId(known);
  if (id === undefined) return undefined;
  const base = `${known.host.root}/containers/${id}`;
  const found: Tree = {};
  for (const name of ['upper', 'work', 'merged']) {
    const what = entry(`${base}/${name}`);
    if (what !== undefined) found[`${name} directory`] = what;
  }
  const upper = walk(`${base}/upper`);
  if (Object.keys(upper).length > 0) found.upper = upper;
  const mount = hostMountinfo().findLast(({ point }) => point === `${base}/merged`);
  if (mount) found.lower = lower(mount);
  return Object.keys(found).length > 0 ? found : undefined;
};

/** Highest first, as the kernel searches them: `lowerdir=a:b`, or since Linux 6.8 `lowerdir+=a,lowerdir+=b`. */
function lower({ superOptions }: Mount): Tree {
  const layers = superOptions
    .split(',')
    .flatMap((option) =>
      option.startsWith('lowerdir') ? option.slice(option.indexOf('=') + 1).split(':') : [],
    );
  return Object.fromEntries(layers.map((layer, index) => [String(index), layer]));
}

/** A character device 0:0 in the upper directory says that the file below it is deleted (Documentation/filesystems/overlayfs.rst). */
function walk(top: string): Tree {
  const found: Tree = {};
  const left = [''];
  let count = 0;
  for (let inside = left.pop(); inside !== undefined; inside = left.pop()) {
    const directory = `${top}/${inside}`;
    for (const each of unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? []) {
      if (count++ === LIMIT) return { ...found, '(… more)': true };
      const path = `${inside}${each.name}`;
      const what = entry(`${top}/${path}`);
      if (what !== undefined) found[path] = what.startsWith('c 0:0 ') ? 'whiteout' : what;
      if (each.isDirectory()) left.push(`${path}/`);
    }
  }
  return found;
}
