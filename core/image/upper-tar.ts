/**
 * An upperdir as the entries of a layer (image-spec, layer.md): what overlayfs marks with devices and attributes, a tar says
 * with `.wh.` names. The reverse is core/image/layer-tree.ts.
 */
import { type BigIntStats, readlinkSync } from 'node:fs';
import { TsstepError } from '../errors.ts';
import { OpenDirectory } from '../kernel/open-directory.ts';
import { type Xattr, xattrsAt } from '../kernel/xattr.ts';
import { isMountPoint } from './mount-points.ts';
import { isOpaque, isWhiteout } from './overlay-marks.ts';
import type { NewEntry } from './tar-writer.ts';

export interface TreeOptions {
  /** Told the path of each socket: no tar can hold one. */
  onSocket: (path: string) => void;
}

/**
 * Every entry of the upperdir, a directory before what is in it.
 * @param upper the upperdir; the container may be writing to it
 */
export function* layerEntries(upper: string, { onSocket }: TreeOptions): Generator<NewEntry> {
  const directory = OpenDirectory.open(upper);
  try {
    if (isOpaque(upper)) yield marker('.wh..wh..opq', 0n);
    yield* new LayerWalk(onSocket).entries(directory, '');
  } finally {
    directory.close();
  }
}

class LayerWalk {
  /** Paths of files with several names, by inode. */
  readonly #links = new Map<bigint, string>();
  readonly #onSocket: (path: string) => void;

  constructor(onSocket: (path: string) => void) {
    this.#onSocket = onSocket;
  }

  *entries(parent: OpenDirectory, folder: string): Generator<NewEntry> {
    for (const name of parent.names()) {
      const path = folder + name;
      if (name.includes('\ufffd')) throw unnamable(path);
      const stat = parent.stat(name);
      // Gone meanwhile, in a container that runs on.
      if (!stat) continue;
      if (stat.isSocket()) this.#onSocket(`/${path}`);
      else if (isWhiteout(parent.at(name), stat)) yield marker(`${folder}.wh.${name}`, stat.mtimeNs);
      else if (stat.isDirectory()) yield* this.#directory(parent, name, path, stat);
      else if (!isMountPoint(`/${path}`, stat)) yield this.#file(parent, name, path, stat);
    }
  }

  *#directory(parent: OpenDirectory, name: string, path: string, stat: BigIntStats): Generator<NewEntry> {
    const directory = parent.child(name);
    try {
      if (isMountPoint(`/${path}`, stat) && directory.names().length === 0) return;
      yield { ...described(parent.at(name), stat), type: 'directory', path: `${path}/` };
      if (isOpaque(parent.at(name))) yield marker(`${path}/.wh..wh..opq`, stat.mtimeNs);
      yield* this.entries(directory, `${path}/`);
    } finally {
      directory.close();
    }
  }

  #file(parent: OpenDirectory, name: string, path: string, stat: BigIntStats): NewEntry {
    const at = parent.at(name);
    const first = stat.nlink > 1n ? this.#links.get(stat.ino) : undefined;
    if (first !== undefined) return { ...described(at, stat), xattrs: [], type: 'link', path, target: first };
    if (stat.nlink > 1n) this.#links.set(stat.ino, path);
    const entry = { ...described(at, stat), path };
    if (stat.isSymbolicLink()) return { ...entry, type: 'symlink', target: readlinkSync(at) };
    if (stat.isFIFO()) return { ...entry, type: 'fifo' };
    if (stat.isBlockDevice() || stat.isCharacterDevice()) {
      const type = stat.isBlockDevice() ? 'block-device' : 'character-device';
      return { ...entry, type, device: device(stat.rdev) };
    }
    const size = Number(stat.size);
    return { ...entry, type: 'file', size, content: parent.content(name, size) };
  }
}

const described = (at: string, stat: BigIntStats) => ({
  mode: Number(stat.mode & 0o7777n),
  uid: Number(stat.uid),
  gid: Number(stat.gid),
  mtime: stat.mtimeNs,
  xattrs: xattrsAt(at).filter(kept),
});

// overlayfs's own marks; and labels of this machine's security modules, which mean nothing on another.
const kept = ([name]: Xattr): boolean =>
  !name.startsWith('trusted.overlay.') &&
  !['security.selinux', 'security.ima', 'security.evm'].includes(name);

const marker = (path: string, mtime: bigint): NewEntry => ({
  ...{ type: 'file', path, mode: 0o600, uid: 0, gid: 0, mtime, size: 0 },
});

/** gnu_dev_major(3), gnu_dev_minor(3). */
function device(rdev: bigint): { major: number; minor: number } {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & ~0xffn & 0xffffffffn);
  return { major: Number(major), minor: Number(minor) };
}

function unnamable(path: string): TsstepError {
  return new TsstepError({
    code: 'bad-image',
    what: `the file ${JSON.stringify(`/${path}`)} cannot become part of an image`,
    why: 'its name is not UTF-8, and what unpacks layers would give it another one',
    remedy: 'rename it in the container',
  });
}
