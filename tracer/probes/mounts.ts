/** Mount tables by mount point (proc_pid_mountinfo(5)): NEWNS renumbers the ids, so a diff by id would change every line. */
import type { Probe, Tree } from '../snapshot.ts';
import { text } from './read.ts';
import { target } from './target.ts';

export interface Mount {
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
function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

export function parseMountinfo(content: string): Mount[] {
  return content
    .split('\n')
    .filter(Boolean)
    .map((each) => {
      const [left = '', right = ''] = each.split(/ - (.*)/s);
      const [, , , root = '', point = '', options = '', ...optional] = left.split(' ');
      const [fstype = '', source = '', superOptions = ''] = right.split(' ');
      const propagation = optional.filter((tag) => !tag.startsWith('propagate_from:')).join(' ') || 'private';
      return { point: unescape(point), fstype, source: unescape(source), root: unescape(root), options, superOptions, propagation };
    });
}

/** Several mounts on one point: the last one is seen, `/x#2` lies over `/x`. */
export function mountTree(mounts: readonly Mount[]): Tree {
  const found: Tree = {};
  const depth = new Map<string, number>();
  for (const { point, fstype, source, root, options, superOptions, propagation } of mounts) {
    const count = (depth.get(point) ?? 0) + 1;
    depth.set(point, count);
    const part: Tree = root === '/' ? {} : { part: root };
    const extra = superOptions.split(',').filter((option) => option !== 'ro' && option !== 'rw').join(',');
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
