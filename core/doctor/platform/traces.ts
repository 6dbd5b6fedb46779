/** What tells platforms apart, as it is read here and now. Telling them apart is core/doctor/platform/recognize.ts's. */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { readOsRelease } from '../../host/os-release.ts';
import { tolerating } from '../../kernel/errno.ts';

/** Files and folders whose being there says something. */
export const marks = [
  '/.dockerenv',
  '/run/.containerenv',
  '/run/systemd/system',
  '/run/openrc',
  '/mnt/lima-cidata',
  '/run/lima-boot-done',
  '/vagrant',
  '/home/vagrant',
  '/proc/sys/fs/binfmt_misc/WSLInterop',
] as const;

export type Mark = (typeof marks)[number];

/** Numbers of the namespaces that the kernel boots with (include/linux/proc_ns.h). Others get theirs in turn. */
const first = { cgroup: 4026531835, pid: 4026531836, uts: 4026531838, ipc: 4026531839 } as const;

export interface Traces {
  osRelease: string;
  /** /proc/sys/kernel/osrelease */
  kernel: string;
  marks: readonly Mark[];
  /** Who says to run this container: systemd's file, or `container=` in PID 1's environment (systemd.io, CONTAINER_INTERFACE). */
  manager: string;
  /** Kinds of which this process is not in the kernel's first one. */
  ownNamespaces: readonly string[];
  /** DMI, as firmware or hypervisor give it: `QEMU`, `Standard PC (Q35 + ICH9, 2009)`. */
  vendor: string;
  product: string;
  /** The processor says so where there is no DMI. */
  hypervisor: boolean;
  hostname: string;
  /** PID 1's name. */
  init: string;
  /** What cloud images add to their user agent, Multipass's among them. */
  userAgent: string;
}

/** Any of these files may be missing, or be somebody else's; that is as good as empty here. */
const read = (path: string): string =>
  tolerating(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EINVAL'], () => readFileSync(path, 'utf8'))?.trim() ??
  '';

function managerHere(): string {
  const told = read('/run/host/container-manager');
  if (told) return told;
  const variable = read('/proc/1/environ')
    .split('\0')
    .find((one) => one.startsWith('container='));
  return variable?.slice('container='.length) ?? '';
}

const isFirst = (kind: keyof typeof first): boolean => {
  const link = tolerating(['ENOENT', 'EACCES'], () => readlinkSync(`/proc/self/ns/${kind}`));
  return link === undefined || link === `${kind}:[${first[kind]}]`;
};

export const readTraces = (): Traces => ({
  osRelease: readOsRelease(),
  kernel: read('/proc/sys/kernel/osrelease'),
  marks: marks.filter((path) => existsSync(path)),
  manager: managerHere(),
  ownNamespaces: (Object.keys(first) as (keyof typeof first)[]).filter((kind) => !isFirst(kind)),
  vendor: read('/sys/class/dmi/id/sys_vendor'),
  product: read('/sys/class/dmi/id/product_name'),
  hypervisor: /^flags\s*:.*\bhypervisor\b/m.test(read('/proc/cpuinfo')),
  hostname: read('/proc/sys/kernel/hostname'),
  init: read('/proc/1/comm'),
  userAgent: read('/etc/pollinate/add-user-agent'),
});
