/** A tree of files as the entries of a tar. */

import { type BigIntStats, readlinkSync } from 'node:fs';
import { TsstepError } from '../../errors.ts';
import type { OpenDirectory } from '../../kernel/open-directory.ts';
import { type Xattr, xattrsAt } from '../../kernel/xattr.ts';
import { deviceNumbers } from './device-numbers.ts';
import type { NewEntry } from './tar-writer.ts';

export interface TreeOptions {
  /** Told the path of each socket: no tar can hold one. */
  onSocket: (path: string) => void;
}

/** Paths are as the tar will have them: relative, and where a tree is to be called otherwise, by that name. */
export class TreeWalk {
  /** Paths of files with several names, by device and inode. */
  readonly #links = new Map<string, string>();
  readonly #options: TreeOptions;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** What is in a directory whose own path is `folder`: empty, or with a slash at its end. */
  *below(parent: OpenDirectory, folder: string): Generator<NewEntry> {
    for (const name of parent.names()) yield* this.entry(parent, name, folder + name);
  }

  /** The entry `name` of `parent`, and all below it, under the path `path`. */
  *entry(parent: OpenDirectory, name: string, path: string): Generator<NewEntry> {
    if (name.includes('\uFFFD')) throw unnamable(path);
    const stat = parent.stat(name);
    // Gone meanwhile, in a container that runs on.
    if (!stat) return;
    const replaced = this.replaced(parent, name, path, stat);
    if (replaced) yield* replaced;
    else if (stat.isSocket()) this.#options.onSocket(`/${path}`);
    else if (stat.isDirectory()) yield* this.#directory(parent, name, path, stat);
    else yield this.#file(parent, name, path, stat);
  }

  /** What stands for an entry instead of itself; undefined: it stands for itself. */
  protected replaced(
    _parent: OpenDirectory,
    _name: string,
    _path: string,
    _stat: BigIntStats,
  ): NewEntry[] | undefined {
    return undefined;
  }

  /** What comes behind a directory's own entry. */
  protected marks(_parent: OpenDirectory, _name: string, _path: string, _stat: BigIntStats): NewEntry[] {
    return [];
  }

  *#directory(parent: OpenDirectory, name: string, path: string, stat: BigIntStats): Generator<NewEntry> {
    const directory = parent.child(name);
    try {
      yield { ...described(parent.at(name), stat), type: 'directory', path: `${path}/` };
      yield* this.marks(parent, name, path, stat);
      yield* this.below(directory, `${path}/`);
    } finally {
      directory.close();
    }
  }

  #file(parent: OpenDirectory, name: string, path: string, stat: BigIntStats): NewEntry {
    const at = parent.at(name);
    const entry = { ...described(at, stat), path };
    // Before links: whoever leaves devices out must not be left with a link to one.
    if (stat.isBlockDevice() || stat.isCharacterDevice()) {
      const type = stat.isBlockDevice() ? 'block-device' : 'character-device';
      return { ...entry, type, device: deviceNumbers(stat.rdev) };
    }
    const inode = `${stat.dev}:${stat.ino}`;
    const first = stat.nlink > 1n ? this.#links.get(inode) : undefined;
    if (first !== undefined) return { ...entry, xattrs: [], type: 'link', target: first };
    if (stat.nlink > 1n) this.#links.set(inode, path);
    if (stat.isSymbolicLink()) return { ...entry, type: 'symlink', target: readlinkSync(at) };
    if (stat.isFIFO()) return { ...entry, type: 'fifo' };
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

function unnamable(path: string): TsstepError {
  return new TsstepError({
    code: 'bad-image',
    what: `the file ${JSON.stringify(`/${path}`)} cannot be put into a tar`,
    why: 'its name is not UTF-8, and what unpacks layers would give it another one',
    remedy: 'rename it in the container',
  });
}
