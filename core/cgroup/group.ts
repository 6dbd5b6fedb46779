/** A container's cgroup: the same directory in each hierarchy. */
import { join } from 'node:path';
import type { Operation } from '../operation.ts';
import type { CgroupLayout } from './layout.ts';

/** The parent of all containers' cgroups, at the top of a hierarchy as docker's with its cgroupfs driver. */
const PARENT = 'tsstep';

export const parentPath = (mount: string): string => join(mount, PARENT);
export const groupPath = (mount: string, id: string): string => join(mount, PARENT, id);

/** One mount point a hierarchy, in mount order; with hybrid, v2's comes last. */
export function mountsOf(layout: CgroupLayout): string[] {
  if (layout.version === 2) return [layout.mount];
  const { hierarchies, unified } = layout;
  return [...new Set([...Object.values(hierarchies), ...(unified === undefined ? [] : [unified])])];
}

/** Where a container's cgroup is, in every hierarchy. */
export function groupPaths(layout: CgroupLayout, id: string): string[] {
  return mountsOf(layout).map((mount) => groupPath(mount, id));
}

/** A limit goes with the directory, which the undo of its mkdir removes. */
export function attribute(name: string, path: string, data: string, why: string): Operation {
  return { kind: 'write-attribute', where: 'host', name, path, data, why, undo: 'nothing' };
}

export function makeGroup(name: string, path: string, why: string): Operation {
  return {
    kind: 'mkdir',
    where: 'host',
    name,
    path,
    mode: 0o755,
    why,
    undo: { at: 'exit', do: { kind: 'remove-cgroup', paths: [path] } },
  };
}

/** All threads of init move, and what it forks from now on is born there (cgroups(7)). */
export function joinGroup(name: string, path: string, pid: number, why: string): Operation {
  const data = String(pid);
  return {
    kind: 'write-attribute',
    where: 'host',
    name,
    path: join(path, 'cgroup.procs'),
    data,
    why,
    undo: 'with-init',
  };
}

export function shareParent(mounts: readonly string[], holder: string, why: string): Operation {
  const paths = mounts.map(parentPath);
  const resource = `cgroup-${PARENT}`;
  return {
    kind: 'share',
    where: 'host',
    name: 'parent',
    resource,
    holder,
    // The last one is made last: a run killed halfway left it out, and the next one makes the rest.
    check: { path: paths.at(-1) ?? '' },
    make: paths.map((path) => ({ kind: 'mkdir', path })),
    why,
    undo: {
      at: 'exit',
      do: { kind: 'release', resource, holder, unmake: paths.map((path) => ({ kind: 'rmdir', path })) },
    },
  };
}
