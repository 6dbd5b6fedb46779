/** Mount tables by mount point (proc_pid_mountinfo(5)): NEWNS renumbers the ids, so a diff by id would change every line. */
import type { Probe, Tree } from '../snapshot.ts';
import { text } from './read.ts';
import { target } from './target.ts';

export interface Mount {
  id: string;
  /** The mount that this one is attached to. */
  parent: string;
  point: string;
  fstype: string;
  source: string;
  /** The directory of the filesystem that is mounted: `/` unless it is a bind mount. */
  root: string;
  options: string;
  superOptions: string;
  propagation: string;
}

/** Space, tab, newline and backslash are written as octal. */
function plain(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

export function parseMountinfo(content: string): Mount[] {
  return content
    .split('\n')
    .filter(Boolean)
    .map((each) => {
      const [left = '', right = ''] = each.split(/ - (.*)/s);
      const [id = '', parent = '', , root = '', point = '', options = '', ...optional] = left.split(' ');
      const [fstype = '', source = '', superOptions = ''] = right.split(' ');
      const propagation = optional.filter((tag) => !tag.startsWith('propagate_from:')).join(' ') || 'private';
      return {
        id,
        parent,
        point: plain(point),
        fstype,
        source: plain(source),
        root: plain(root),
        options,
        superOptions,
        propagation,
      };
    });
}

/** How many mounts lie between this one and the root of the tree. */
function depths(mounts: readonly Mount[]): Map<string, number> {
  const parents = new Map(mounts.map(({ id, parent }) => [id, parent]));
  const depth = (id: string): number => {
    const parent = parents.get(id);
    return parent === undefined || parent === id ? 0 : 1 + depth(parent);
  };
  return new Map(mounts.map(({ id }) => [id, depth(id)]));
}

/**
 * Several mounts on one point: `/x#2` lies over `/x`, or belongs to a tree that does. The table's own order does not tell:
 * after pivot_root(".", ".") the old root is listed first and lies on top.
 */
export function mountTree(mounts: readonly Mount[]): Tree {
  const depth = depths(mounts);
  const upwards = [...mounts].sort((a, b) => (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0));
  const found: Tree = {};
  const seen = new Map<string, number>();
  for (const { point, fstype, source, root, options, superOptions, propagation } of upwards) {
    const count = (seen.get(point) ?? 0) + 1;
    seen.set(point, count);
    const part: Tree = root === '/' ? {} : { part: root };
    const extra = superOptions
      .split(',')
      .filter((option) => option !== 'ro' && option !== 'rw')
      .join(',');
    if (extra) part.data = extra;
    if (superOptions.split(',').includes('ro')) part.filesystem = 'ro';
    found[count === 1 ? point : `${point}#${count}`] = { fstype, source, options, propagation, ...part };
  }
  return found;
}

/** The mount table of the container; until pivot_root it holds the host's as well. */
export const containerMounts: Probe = (context) => {
  const directory = target(context);
  const content = directory && text(`${directory}/mountinfo`);
  return content ? mountTree(parseMountinfo(content)) : undefined;
};

/** Mounts on the host below tsstep's own directory: what others mount is not tsstep's business. */
export const hostMounts: Probe = ({ known }) => {
  const mounts = hostMountinfo().filter(({ point }) => point.startsWith(`${known.host.root}/`));
  return mounts.length > 0 ? mountTree(mounts) : undefined;
};

export function hostMountinfo(): Mount[] {
  return parseMountinfo(text('/proc/self/mountinfo') ?? '');
}
