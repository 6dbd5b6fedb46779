/** How control groups are mounted here, seen by looking at /proc/self/mountinfo (cgroups(7), proc_pid_mountinfo(5)). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { type MountEntry, parseMountinfo } from '../host/mountinfo.ts';
import { tolerating } from '../kernel/errno.ts';

/** `memory`, `cpu` …; a v1 hierarchy without controllers goes by its name: `name=systemd`. */
export type Controller = string;

export type CgroupLayout =
  | { version: 2; mount: string; controllers: readonly Controller[] }
  /**
   * v1, or hybrid with controllers on v1: the mount of each controller (`cpu` and `cpuacct` often share one) and of each named
   * hierarchy; `unified` is the controller-less v2 mount of hybrid.
   */
  | { version: 1; hierarchies: Readonly<Record<Controller, string>>; unified?: string };

/** kernel: include/linux/cgroup_subsys.h. All other words among a cgroup mount's options are options. */
const v1Controllers = new Set(
  'cpuset cpu cpuacct blkio memory devices freezer net_cls perf_event net_prio hugetlb pids rdma misc'.split(
    ' ',
  ),
);

function cgroupMounts(mountinfo: string): MountEntry[] {
  const mounts = parseMountinfo(mountinfo).filter(
    ({ fstype }) => fstype === 'cgroup' || fstype === 'cgroup2',
  );
  // A hierarchy can be mounted twice; the usual place wins.
  const unusual = ({ point }: MountEntry): number => (point.startsWith('/sys/fs/cgroup') ? 0 : 1);
  return mounts.sort((a, b) => unusual(a) - unusual(b));
}

/**
 * @param mountinfo what /proc/self/mountinfo says
 * @param controllersOf what `cgroup.controllers` of a v2 mount says
 */
export function layoutOf(mountinfo: string, controllersOf: (mount: string) => string): CgroupLayout {
  const mounts = cgroupMounts(mountinfo);
  const hierarchies: Record<Controller, string> = {};
  for (const { point, fstype, superOptions } of mounts) {
    if (fstype !== 'cgroup') continue;
    const held = superOptions.filter((option) => v1Controllers.has(option) || option.startsWith('name='));
    for (const controller of held) hierarchies[controller] ??= point;
  }
  const v2 = mounts.find(({ fstype }) => fstype === 'cgroup2')?.point;
  if (Object.keys(hierarchies).some((name) => v1Controllers.has(name))) {
    return { version: 1, hierarchies, ...(v2 === undefined ? {} : { unified: v2 }) };
  }
  if (v2 !== undefined)
    return { version: 2, mount: v2, controllers: controllersOf(v2).split(/\s+/).filter(Boolean) };
  throw new TsstepError({
    code: 'missing-kernel-feature',
    what: 'no control groups are mounted',
    why: '/proc/self/mountinfo shows neither a cgroup2 filesystem nor a cgroup v1 controller',
    remedy:
      'mount -t cgroup2 none /sys/fs/cgroup; in a container, start that with the host’s cgroups visible and writable',
  });
}

/** @throws TsstepError missing-kernel-feature */
export function readLayout(): CgroupLayout {
  const controllers = (mount: string) =>
    tolerating(['ENOENT'], () => readFileSync(join(mount, 'cgroup.controllers'), 'utf8')) ?? '';
  return layoutOf(readFileSync('/proc/self/mountinfo', 'utf8'), controllers);
}
