/** Reading extended attributes (xattr(7)), which node:fs cannot. A symlink's own, never its target's. */
import { checked, errnoOf, tolerating } from './errno.ts';
import * as libc from './libc.ts';

export type Xattr = readonly [name: string, value: Buffer];

/** linux/limits.h, XATTR_LIST_MAX and XATTR_SIZE_MAX: nothing can be longer. */
const largest = 64 * 1024;
const buffer = Buffer.alloc(largest);

/** Names, in the order of the file system; none where it knows no attributes. @throws SyscallError */
function listXattrs(path: string): string[] {
  const length = tolerating(['ENOTSUP', 'EOPNOTSUPP'], () =>
    checked('llistxattr', libc.llistxattr(path, buffer, largest)),
  );
  return buffer
    .toString('utf8', 0, length ?? 0)
    .split('\0')
    .filter(Boolean);
}

/** The value, byte for byte; undefined: it has none of that name. @throws SyscallError */
export function getXattr(path: string, name: string): Buffer | undefined {
  try {
    const length = checked('lgetxattr', libc.lgetxattr(path, name, buffer, largest));
    return Buffer.from(buffer.subarray(0, length));
  } catch (error) {
    if (['ENODATA', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** All of them, sorted by name, so that the same file is always described in the same way. @throws SyscallError */
export function xattrsAt(path: string): Xattr[] {
  return listXattrs(path)
    .sort()
    .flatMap((name): Xattr[] => {
      const value = getXattr(path, name);
      return value === undefined ? [] : [[name, value]];
    });
}
