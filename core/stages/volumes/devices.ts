import type { KernelPaths } from '../../host/kernel-paths.ts';
import type { Operation } from '../../operation.ts';

/** The default devices of the runtime specification (config-linux.md, Default Devices); numbers of Documentation/admin-guide/devices.txt. */
const nodes: readonly [path: string, major: number, minor: number, use: string][] = [
  ['/dev/null', 1, 3, 'swallows everything'],
  ['/dev/zero', 1, 5, 'endless zeros'],
  ['/dev/full', 1, 7, 'every write fails with ENOSPC'],
  ['/dev/random', 1, 8, 'random bytes'],
  ['/dev/urandom', 1, 9, 'random bytes'],
  ['/dev/tty', 5, 0, 'the controlling terminal of whoever opens it'],
];

const links: readonly [path: string, target: string][] = [
  ['/dev/ptmx', 'pts/ptmx'],
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/dev/core', '/proc/kcore'],
];

export function devices(root: string, { maskedFiles }: KernelPaths): Operation[] {
  // CONFIG_PROC_KCORE may be off; runc leaves out the link as well.
  const present = links.filter(([, target]) => target !== '/proc/kcore' || maskedFiles.includes(target));
  return [
    ...nodes.map(
      ([path, major, minor, use]): Operation => ({
        kind: 'mknod',
        where: 'init',
        name: path.slice('/dev/'.length),
        path,
        root,
        type: 'c',
        major,
        minor,
        mode: 0o666,
        why: `${path}: ${use}. A device node is only a pair of numbers; the driver behind it is the kernel’s.`,
        undo: 'with-init',
      }),
    ),
    ...present.map(
      ([path, target]): Operation => ({
        kind: 'symlink',
        where: 'init',
        name: path.slice('/dev/'.length),
        path,
        root,
        target,
        why: `Programs expect ${path}; it leads to ${target}.`,
        undo: 'with-init',
      }),
    ),
  ];
}
