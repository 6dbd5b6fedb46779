/** /sys/fs/cgroup of a container on a v1 host, as docker makes it: a tmpfs with one directory a hierarchy. */
import { basename, join } from 'node:path';
import type { Operation } from '../operation.ts';
import type { Controller } from './layout.ts';

const ROOT = '/sys/fs/cgroup';
const flags = ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'] as const;

/** `memory`, `cpu,cpuacct`, and `none,name=systemd` for a hierarchy without controllers (mount options of cgroups.rst). */
const optionsFor = (controllers: readonly Controller[]): string =>
  controllers.some((name) => name.startsWith('name='))
    ? ['none', ...controllers].join(',')
    : controllers.join(',');

function hierarchy(mount: string, controllers: readonly Controller[]): Operation[] {
  const directory = basename(mount);
  const aliases = controllers.filter((name) => name !== directory && !name.startsWith('name='));
  return [
    {
      kind: 'mount',
      where: 'init',
      name: `mount-${directory}`,
      source: 'cgroup',
      target: join(ROOT, directory),
      fstype: 'cgroup',
      flags: [...flags, 'MS_RDONLY'],
      data: optionsFor(controllers),
      create: 'directory',
      why: `Show the container its cgroup of the hierarchy ${directory}, read-only: limits can be read here, not lifted.`,
      undo: 'with-init',
    },
    ...aliases.map(
      (alias): Operation => ({
        kind: 'symlink',
        where: 'init',
        name: `alias-${alias}`,
        target: directory,
        path: join(ROOT, alias),
        why: `Programs look for ${alias} by its own name, whatever controllers share its hierarchy.`,
        undo: 'with-init',
      }),
    ),
  ];
}

/** The hybrid `unified` mount is left out, as docker does: it has no controllers to read limits from. */
export function v1View(hierarchies: Readonly<Record<Controller, string>>): Operation[] {
  const mounts = [...new Set(Object.values(hierarchies))];
  const heldBy = (mount: string) => Object.keys(hierarchies).filter((name) => hierarchies[name] === mount);
  return [
    {
      kind: 'mount',
      where: 'init',
      name: 'mount',
      source: 'tmpfs',
      target: ROOT,
      fstype: 'tmpfs',
      flags,
      data: 'mode=755',
      why: 'An empty place for the hierarchies: sysfs offers one directory, and v1 needs one for each.',
      undo: 'with-init',
    },
    ...mounts.flatMap((mount) => hierarchy(mount, heldBy(mount))),
    {
      kind: 'mount',
      where: 'init',
      name: 'read-only',
      source: 'tmpfs',
      target: ROOT,
      flags: ['MS_REMOUNT', 'MS_BIND', ...flags, 'MS_RDONLY'],
      why: 'All directories are made: nothing may be added any more.',
      undo: 'with-init',
    },
  ];
}
