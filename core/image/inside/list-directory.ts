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
  /** Of each inode, the first name: others are hard links. */
  const names = new Map<number, string>();
  if (isOpaque(directory)) list.clear('');
  for (const path of pathsBelow(directory)) {
    const at = `${directory}/${path}`;
    const stat = lstatSync(at);
    const first = names.get(stat.ino);
    if (stat.isCharacterDevice() && stat.rdev === 0) list.remove(path);
    else if (first !== undefined) list.link(path, first);
    else list.add(path, fileOf(at, stat));
    if (first === undefined) names.set(stat.ino, path);
    if (stat.isDirectory() && isOpaque(at)) list.clear(path);
  }
  return list;
}

/** A directory before what is in it. No symlink is entered. */
function* pathsBelow(directory: string, folder = ''): Generator<string> {
  const entries = readdirSync(`${directory}/${folder}`, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    yield path;
    if (entry.isDirectory()) yield* pathsBelow(directory, path);
  }
}

const isOpaque = (path: string): boolean => lgetxattr(path, 'trusted.overlay.opaque')?.toString() === 'y';

function fileOf(path: string, stat: Stats): LayerFile {
  const type = typeOf(stat);
  return {
    type,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    size: type === 'file' ? stat.size : 0,
    target: type === 'symlink' ? readlinkSync(path) : type.endsWith('device') ? deviceNumbers(stat.rdev) : '',
  };
}

/** makedev(3): twelve bits of the major number lie between the lower eight and the other twelve of the minor one. */
const deviceNumbers = (rdev: number): string =>
  `${(rdev >> 8) & 0xfff}, ${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;

function typeOf(stat: Stats): LayerFile['type'] {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character-device';
  if (stat.isBlockDevice()) return 'block-device';
  return stat.isFIFO() ? 'fifo' : 'file';
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
