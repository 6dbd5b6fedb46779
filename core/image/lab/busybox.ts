/** This machine's statically linked busybox: the only file of the built-in image. */
import { errnoOf } from '../../kernel/errno.ts';
import { needsInterpreter } from './elf.ts';

/**
 * Where Debian, Fedora, Alpine and openSUSE put it. On Alpine and openSUSE a /bin/busybox that needs shared libraries may be
 * there as well.
 */
export const busyboxPaths = [
  '/bin/busybox',
  '/usr/bin/busybox',
  '/usr/sbin/busybox',
  '/bin/busybox.static',
  '/usr/bin/busybox.static',
  '/usr/bin/busybox-static',
];

function unfit(path: string): string | undefined {
  try {
    const dynamic = needsInterpreter(path);
    if (dynamic === false) return undefined;
    return dynamic
      ? `${path} needs shared libraries, which the image would not have`
      : `${path} is no 64-bit program`;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return errno === 'ENOENT' ? `${path} is not there` : `${path} cannot be read`;
  }
}

/** The first one that is static, or why each of them is not. */
export function findBusybox(
  paths: readonly string[] = busyboxPaths,
): { path: string } | { faults: string[] } {
  const faults: string[] = [];
  for (const path of paths) {
    const fault = unfit(path);
    if (fault === undefined) return { path };
    faults.push(fault);
  }
  return { faults };
}
