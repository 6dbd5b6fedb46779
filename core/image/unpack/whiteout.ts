/**
 * Files that a layer removes (image-spec, layer.md, "Whiteouts"). A tar can only add, so it says `.wh.NAME`; overlayfs says
 * it with a character device 0:0, and `.wh..wh..opq` with an extended attribute of the directory
 * (kernel, filesystems/overlayfs.rst, "whiteouts and opaque directories").
 */
import { constants } from 'node:fs';
import { lsetxattr, mknod } from '../../kernel/fs.ts';
import { unsafeEntry } from './entry.ts';

export type Whiteout =
  /** Hide `path` of the layers below. */
  | { kind: 'remove'; path: string }
  /** Hide everything that the layers below have in the directory `path`. */
  | { kind: 'opaque'; path: string }
  /** aufs's own bookkeeping: `.wh..wh.plnk`, `.wh..wh.orph`. */
  | { kind: 'ignore' };

/** What an entry's path asks to hide, undefined for ordinary ones. @throws `bad-image` for names like `.wh...` */
export function whiteoutOf(path: string): Whiteout | undefined {
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '' : path.slice(0, slash);
  const name = path.slice(slash + 1);
  if (!name.startsWith('.wh.')) {
    if (!/(^|\/)\.wh\./.test(folder)) return undefined;
    // Below aufs's `.wh..wh.plnk/` only its own files are found.
    if (/(^|\/)\.wh\.\.wh\./.test(folder)) return { kind: 'ignore' };
    throw unsafeEntry(path, 'it is inside a whiteout, which is no directory');
  }
  if (name === '.wh..wh..opq') return { kind: 'opaque', path: folder };
  if (name.startsWith('.wh..wh.')) return { kind: 'ignore' };
  const hidden = name.slice('.wh.'.length);
  // `.wh...` would hide, and so replace, the parent directory.
  if (hidden === '' || hidden === '.' || hidden === '..')
    throw unsafeEntry(path, 'this whiteout does not name a file');
  return { kind: 'remove', path: folder === '' ? hidden : `${folder}/${hidden}` };
}

/** Hides `path` of lower layers. @throws SyscallError */
export function makeWhiteout(path: string): void {
  mknod(path, constants.S_IFCHR, 0, 0);
}

/** Hides what lower layers have in the directory `path`. @throws SyscallError */
export function makeOpaque(path: string): void {
  lsetxattr(path, 'trusted.overlay.opaque', Buffer.from('y'));
}
