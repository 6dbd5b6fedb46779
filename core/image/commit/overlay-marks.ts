/** How overlayfs writes down in an upperdir that something is gone (kernel, filesystems/overlayfs.rst). */
import type { BigIntStats, Stats } from 'node:fs';
import { TsstepError } from '../../errors.ts';
import { getXattr } from '../../kernel/xattr.ts';

/** A character device 0:0, or an empty file with an attribute where no such device could be made (since Linux 6.7). */
export function isWhiteout(path: string, stat: BigIntStats | Stats): boolean {
  if (stat.isCharacterDevice()) return Number(stat.rdev) === 0;
  return stat.isFile() && Number(stat.size) === 0 && getXattr(path, 'trusted.overlay.whiteout') !== undefined;
}

/** Whether the directory hides all that the layers below have there. @throws TsstepError missing-kernel-feature */
export function isOpaque(path: string): boolean {
  if (getXattr(path, 'trusted.overlay.redirect') !== undefined) throw redirected();
  return getXattr(path, 'trusted.overlay.opaque')?.toString() === 'y';
}

function redirected(): TsstepError {
  return new TsstepError({
    code: 'missing-kernel-feature',
    what: 'the container’s changes cannot be told from its files',
    why: 'this kernel renames directories of lower layers by redirect_dir: the files themselves were not copied',
    remedy: 'echo N > /sys/module/overlay/parameters/redirect_dir, and run the container again',
  });
}
