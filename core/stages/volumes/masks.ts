import type { KernelPaths } from '../../host/kernel-paths.ts';
import type { Operation } from '../../operation.ts';
import { mountOver, readOnly } from './mount-operation.ts';

const nameOf = (path: string): string => path.slice(1).replaceAll('/', '-');

/** Covers what a container must not read, and write-protects what it must not change. */
export function masks(root: string, paths: KernelPaths): Operation[] {
  return [
    ...paths.readOnly.flatMap((path): Operation[] => [
      mountOver(
        root,
        `bind-${nameOf(path)}`,
        `A mount of ${path} over itself, so that it can have attributes of its own.`,
        {
          source: path,
          sourceRoot: root,
          target: path,
          flags: ['MS_BIND', 'MS_REC'],
        },
      ),
      readOnly(
        root,
        `read-only-${nameOf(path)}`,
        `${path} changes the whole machine, so the container may only read it.`,
        path,
      ),
    ]),
    ...paths.maskedFiles.map((path) =>
      mountOver(
        root,
        `mask-${nameOf(path)}`,
        `${path} tells about the whole machine: cover it with /dev/null.`,
        {
          source: '/dev/null',
          sourceRoot: root,
          target: path,
          flags: ['MS_BIND'],
        },
      ),
    ),
    ...paths.maskedDirectories.map((path) =>
      mountOver(
        root,
        `mask-${nameOf(path)}`,
        `${path} tells about the whole machine: cover it with an empty, read-only tmpfs.`,
        {
          source: 'tmpfs',
          target: path,
          fstype: 'tmpfs',
          flags: ['MS_RDONLY'],
        },
      ),
    ),
  ];
}
