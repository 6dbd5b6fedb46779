/** Limits as the kernel has them: the files of the control group that a container's process is in, v1 or v2. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './containers.ts';

export const v2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

/** Controllers, and the group's path below the mount: /proc/<pid>/cgroup as this machine sees it. */
export const groups = (container: Container) =>
  container
    .proc('cgroup')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return { controllers: controllers.split(','), path: path.join(':') };
    });

/** The group's directory in the hierarchy of a controller. */
export function directory(container: Container, controller: string): string {
  const found = groups(container).find(({ controllers }) => controllers.includes(v2 ? '' : controller));
  if (!found) throw new Error(`no hierarchy for ${controller}`);
  return join('/sys/fs/cgroup', v2 ? '' : controller, found.path);
}

export const read = (container: Container, controller: string, file: string): string =>
  readFileSync(join(directory(container, controller), file), 'utf8').trim();

/** For each flag, the controller, and v1's and v2's file and content. */
type File = readonly [file: string, content: string];
const limits: readonly (readonly [flags: string, controller: string, v1: File, v2: File])[] = [
  ['-m 64m', 'memory', ['memory.limit_in_bytes', '67108864'], ['memory.max', '67108864']],
  ['-m 64m', 'memory', ['memory.memsw.limit_in_bytes', '134217728'], ['memory.swap.max', '67108864']],
  ['--cpus 0.5', 'cpu', ['cpu.cfs_quota_us', '50000'], ['cpu.max', '50000 100000']],
  ['--cpu-shares 512', 'cpu', ['cpu.shares', '512'], ['cpu.weight', '59']],
  ['--cpuset-cpus 0', 'cpuset', ['cpuset.cpus', '0'], ['cpuset.cpus', '0']],
  ['--pids-limit 50', 'pids', ['pids.max', '50'], ['pids.max', '50']],
];

/** All of them at once, each flag once. */
export const everyLimit = [...new Set(limits.map(([flags]) => flags))].join(' ');

/** What the files say that the flags above set: as asked, and as read. Without swap accounting a file is missing. */
export const limitsOf = (container: Container) =>
  limits.flatMap(([flags, controller, ...versions]) => {
    const [file, asked] = versions[v2 ? 1 : 0];
    const there = existsSync(join(directory(container, controller), file));
    return there ? [{ flags, file, asked, found: read(container, controller, file) }] : [];
  });
