/** A layer as it is unpacked, in overlayfs's words (kernel, filesystems/overlayfs.rst, "whiteouts and opaque directories"). */

import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { lgetxattr, openInRoot } from '../../kernel/fs.ts';
import { badImage } from '../broken.ts';
import { ListBuilder } from './list.ts';
import type { LayerFile, LayerList } from './types.ts';

/** Content is not read: where it matters, `directoryDigest` does. */
export function listDirectory(directory: string): LayerList {
  const list = new ListBuilder();
  const linked = new Map<number, string>();
  if (isOpaque(directory)) list.clear('');
  // Deep enough for every layer: a path has at most 4096 bytes.
  const visit = (folder: string): void => {
    for (const name of readdirSync(`${directory}/${folder}`).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = lstatSync(`${directory}/${path}`);
      if (stat.isCharacterDevice() && stat.rdev === 0) list.remove(path);
      else if (stat.isDirectory()) {
        list.add(path, fileOf(stat, ''));
        if (isOpaque(`${directory}/${path}`)) list.clear(path);
        visit(path);
      } else {
        const first = stat.nlink > 1 ? linked.get(stat.ino) : undefined;
        if (first !== undefined) list.link(path, first);
        else list.add(path, fileOf(stat, stat.isSymbolicLink() ? readlinkSync(`${directory}/${path}`) : ''));
        if (stat.nlink > 1) linked.set(stat.ino, first ?? path);
      }
    }
  };
  visit('');
  return list;
}

const isOpaque = (path: string): boolean => lgetxattr(path, 'trusted.overlay.opaque')?.toString() === 'y';

function fileOf(stat: Stats, target: string): LayerFile {
  const type = stat.isDirectory()
    ? 'directory'
    : stat.isSymbolicLink()
      ? 'symlink'
      : stat.isFIFO()
        ? 'fifo'
        : 'file';
  const { mode, uid, gid, size } = stat;
  return { type, mode: mode & 0o7777, uid, gid, size: type === 'file' ? size : 0, target };
}

/** sha256 of a file's content. */
export function directoryDigest(directory: string, path: string): string {
  const fd = openFile(directory, path);
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(256 * 1024);
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk))
      hash.update(chunk.subarray(0, read));
    return `sha256:${hash.digest('hex')}`;
  } finally {
    closeSync(fd);
  }
}

export function directoryContent(directory: string, path: string): AsyncIterable<Uint8Array> {
  return createReadStream('', { fd: openFile(directory, path), highWaterMark: 256 * 1024 });
}

/** @throws `bad-image` for anything but a file: reading a device or a pipe has effects, or no end */
function openFile(directory: string, path: string): number {
  const at = openInRoot(directory, path, { nofollow: true });
  try {
    if (!fstatSync(at).isFile())
      throw badImage(`the unpacked layer ${directory}`, `${JSON.stringify(path)} is no file any more`);
    return openSync(`/proc/self/fd/${at}`, constants.O_RDONLY);
  } finally {
    closeSync(at);
  }
}
