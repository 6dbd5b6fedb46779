/** Making a file as a tar's entry describes it: in a layer that is unpacked, and where `cp` copies to. */
import * as fs from 'node:fs';
import { tolerating } from '../../kernel/errno.ts';
import { lsetxattr, mknod, setTimes } from '../../kernel/fs.ts';
import type { LayerEntry } from './entry.ts';
import { type Content, writeFile, writeSparse } from './file-content.ts';

const { S_IFBLK, S_IFCHR, S_IFIFO } = fs.constants;

/**
 * Makes anything but a directory or a hard link, with owner, mode, attributes and time.
 * @throws EEXIST before `content` is read
 */
export async function writeEntry(at: string, entry: LayerEntry, content: Content): Promise<void> {
  if (entry.type === 'file') await makeFile(at, entry, content);
  else {
    makeNode(at, entry);
    own(at, entry);
  }
  setTimes(at, entry.mtime);
}

/** Owner, mode and attributes of something that holds no content of its own. */
export function own(at: string, entry: LayerEntry): void {
  fs.lchownSync(at, entry.uid, entry.gid);
  // chown(2) clears the setuid bit and capabilities, so mode and attributes come after it.
  if (entry.type !== 'symlink') fs.chmodSync(at, entry.mode);
  setXattrs(at, entry);
}

async function makeFile(at: string, entry: LayerEntry, content: Content): Promise<void> {
  const fd = fs.openSync(at, 'wx', 0o600);
  try {
    if (entry.sparse) await writeSparse(fd, content, entry.sparse);
    else await writeFile(fd, content);
    // By descriptor: in a directory of somebody else's, another file may have taken the name.
    fs.fchownSync(fd, entry.uid, entry.gid);
    fs.fchmodSync(fd, entry.mode);
  } finally {
    fs.closeSync(fd);
  }
  setXattrs(at, entry);
}

function makeNode(at: string, { type, target, major, minor }: LayerEntry): void {
  if (type === 'symlink') fs.symlinkSync(target, at);
  else if (type === 'fifo') mknod(at, S_IFIFO | 0o600, 0, 0);
  else mknod(at, (type === 'block-device' ? S_IFBLK : S_IFCHR) | 0o600, major, minor);
}

// As docker does: a file system without an attribute's namespace, or a user.* one on a symlink, is no reason to fail.
function setXattrs(at: string, { xattrs }: LayerEntry): void {
  for (const [name, value] of xattrs)
    tolerating(['ENOTSUP', 'EOPNOTSUPP', 'EPERM'], () => lsetxattr(at, name, value));
}
