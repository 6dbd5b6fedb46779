/** How overlayfs writes down in an upperdir that something is gone (kernel, filesystems/overlayfs.rst). */
import type { BigIntStats, Stats } from 'node:fs';
import { TsstepError } from '../../errors.ts';
import { getXattr } from '../../kernel/xattr.ts';

/** A character device 0:0, or an empty file with an attribute where no such device could be made (since Linux 6.7). */
export function isWhiteout(path: string, stat: BigIntStats | Stats): boolean {
  if (stat.isCharacterDevice()) return Number(stat.rdev) === 0;
  return stat.isFile() && Number(stat.size) === 0 && getXattr(path, 'trusted.overlay.whiteout') !== undefined;
}

/** Whether a file of the upperdir is whole, and no mere owner and mode for the content of a lower one. @throws TsstepError missing-kernel-feature */
export function mustHaveContent(path: string): void {
  if (getXattr(path, 'trusted.overlay.metacopy') !== undefined)
    throw incomplete('copies only a file’s owner and mode when they change', 'metacopy');
}

/** Whether the directory hides all that the layers below have there. @throws TsstepError missing-kernel-feature */
export function isOpaque(path: string): boolean {
  if (getXattr(path, 'trusted.overlay.redirect') !== undefined)
    throw incomplete('renames directories of lower layers in place', 'redirect_dir');
  return getXattr(path, 'trusted.overlay.opaque')?.toString() === 'y';
}

/** The mount options of stage overlay forbid both. @param option of overlayfs */
function incomplete(how: string, option: string): TsstepError {
  return new TsstepError({
    code: 'missing-kernel-feature',
    what: 'the container’s changes cannot be told from its files',
    why: `overlayfs was mounted with ${option}, and ${how}: the content was not copied`,
    remedy: `tsstep itself mounts with ${option}=off: run the container again`,
  });
}
