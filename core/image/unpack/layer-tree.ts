import * as fs from 'node:fs';
import { errnoOf } from '../../kernel/errno.ts';
import { lsetxattr, mknod, openInRoot, setTimes } from '../../kernel/fs.ts';
import { type LayerEntry, unsafeEntry } from './entry.ts';
import { writeFile, writeSparse } from './file-content.ts';
import { makeOpaque, makeWhiteout, type Whiteout } from './whiteout.ts';

const { S_IFBLK, S_IFCHR, S_IFIFO } = fs.constants;

/**
 * A layer's directory while it is being filled. Every path goes through its parent's descriptor, which openat2(2) resolved
 * inside the layer, so a symlink that the layer brings itself can never lead an entry to the host (CVE-2018-15664 and kin).
 */
export class LayerTree {
  readonly #root: string;
  /** Entries of a tar mostly share their parent with the entry before. */
  #parent: { path: string; fd: number } | undefined;
  /** mtimes of directories, which every new entry in them changes: set at the end. */
  readonly #mtimes = new Map<string, bigint>();
  readonly #whiteouts = new Set<string>();

  constructor(root: string) {
    this.#root = root;
    // 0700 on the way: nobody on the host may run the setuid programs of an image.
    fs.mkdirSync(root, { recursive: true, mode: 0o700 });
    fs.chmodSync(root, 0o755);
  }

  /** @throws `bad-image` when the entry does not fit into what the layer had before. */
  async add(entry: LayerEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
    if (entry.path === '') return this.#own(this.#root, entry);
    const at = this.#locate(entry.path);
    if (entry.type === 'file') {
      await this.#file(at, entry, content);
      return;
    }
    if (entry.type === 'directory') this.#directory(at, entry);
    else this.#replacing(at, entry.path, () => this.#make(at, entry));
    // A hard link shares owner, mode and times with its target, which the target's own entry has set.
    if (entry.type !== 'link') this.#own(at, entry);
  }

  hide(whiteout: Whiteout): void {
    if (whiteout.kind === 'opaque') this.#hideContent(whiteout.path);
    else if (whiteout.kind === 'remove') this.#hideEntry(whiteout.path);
  }

  /** Set what had to wait until every entry was there. */
  finish(): void {
    for (const [path, mtime] of this.#mtimes) {
      const at = path === '' ? this.#root : this.#locate(path);
      setTimes(at, mtime);
    }
    this.close();
  }

  close(): void {
    if (this.#parent) fs.closeSync(this.#parent.fd);
    this.#parent = undefined;
  }

  #hideContent(path: string): void {
    const at = path === '' ? this.#root : this.#locate(path);
    if (!fs.lstatSync(at, { throwIfNoEntry: false })) fs.mkdirSync(at, { mode: 0o755 });
    makeOpaque(at);
  }

  #hideEntry(path: string): void {
    const at = this.#locate(path);
    const existing = fs.lstatSync(at, { throwIfNoEntry: false });
    // A whiteout hides what is below, not what its own layer has: a new directory then hides the old one by being opaque.
    if (existing?.isDirectory()) makeOpaque(at);
    if (existing) return;
    makeWhiteout(at);
    this.#whiteouts.add(path);
  }

  #locate(path: string): string {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash);
    if (this.#parent?.path !== folder) {
      if (this.#whiteouts.size > 0) this.#reopen(folder);
      this.close();
      const fd = openInRoot(this.#root, folder === '' ? '.' : folder, { create: 'directory', mode: 0o755 });
      this.#parent = { path: folder, fd };
    }
    return `/proc/self/fd/${this.#parent.fd}/${path.slice(slash + 1)}`;
  }

  /** A directory that was hidden and now gets entries again: only the old content stays hidden. */
  #reopen(folder: string): void {
    for (let end = folder.indexOf('/'); ; end = folder.indexOf('/', end + 1)) {
      const path = end < 0 ? folder : folder.slice(0, end);
      if (this.#whiteouts.has(path)) {
        const at = this.#locate(path);
        this.#remove(at, path);
        fs.mkdirSync(at, { mode: 0o755 });
        makeOpaque(at);
      }
      if (end < 0) return;
    }
  }

  async #file(at: string, entry: LayerEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
    const fd = this.#replacing(at, entry.path, () => fs.openSync(at, 'wx', 0o600));
    try {
      if (entry.sparse) await writeSparse(fd, content, entry.sparse);
      else await writeFile(fd, content);
      fs.fchownSync(fd, entry.uid, entry.gid);
      // chown(2) clears the setuid bit and capabilities, so mode and attributes come after it.
      fs.fchmodSync(fd, entry.mode);
      setXattrs(at, entry);
      setTimes(at, entry.mtime);
    } finally {
      fs.closeSync(fd);
    }
  }

  #directory(at: string, entry: LayerEntry): void {
    try {
      fs.mkdirSync(at, { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if (fs.lstatSync(at).isDirectory()) return;
      const hidden = this.#whiteouts.has(entry.path);
      this.#remove(at, entry.path);
      fs.mkdirSync(at, { mode: 0o700 });
      if (hidden) makeOpaque(at);
    }
  }

  #make(at: string, entry: LayerEntry): void {
    if (entry.type === 'symlink') fs.symlinkSync(entry.target, at);
    else if (entry.type === 'fifo') mknod(at, S_IFIFO | 0o600, 0, 0);
    else if (entry.type === 'character-device') mknod(at, S_IFCHR | 0o600, entry.major, entry.minor);
    else if (entry.type === 'block-device') mknod(at, S_IFBLK | 0o600, entry.major, entry.minor);
    else this.#link(at, entry);
  }

  #link(at: string, entry: LayerEntry): void {
    const slash = entry.target.lastIndexOf('/');
    let folder: number;
    try {
      folder = openInRoot(this.#root, entry.target.slice(0, Math.max(slash, 0)) || '.');
    } catch (error) {
      throw this.#badLink(entry, error);
    }
    try {
      // link(2) does not follow a symlink in the last component.
      fs.linkSync(`/proc/self/fd/${folder}/${entry.target.slice(slash + 1)}`, at);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') throw error;
      throw this.#badLink(entry, error);
    } finally {
      fs.closeSync(folder);
    }
  }

  #badLink(entry: LayerEntry, error: unknown): Error {
    const errno = errnoOf(error);
    const target = JSON.stringify(entry.target);
    if (errno === 'EPERM')
      return unsafeEntry(entry.path, `it is a hard link to ${target}, which is not a file`);
    return unsafeEntry(
      entry.path,
      `it is a hard link to ${target}, which is not inside this layer (${errno ?? String(error)})`,
    );
  }

  /** Runs `make`; what is already at `at` goes away first, as the later entry of a tar wins. */
  #replacing<T>(at: string, path: string, make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      this.#remove(at, path);
      return make();
    }
  }

  #remove(at: string, path: string): void {
    fs.rmSync(at, { recursive: true, force: true });
    this.#whiteouts.delete(path);
    for (const known of this.#mtimes.keys())
      if (known === path || known.startsWith(`${path}/`)) this.#mtimes.delete(known);
  }

  #own(at: string, entry: LayerEntry): void {
    fs.lchownSync(at, entry.uid, entry.gid);
    if (entry.type !== 'symlink') fs.chmodSync(at, entry.mode);
    setXattrs(at, entry);
    if (entry.type === 'directory') this.#mtimes.set(entry.path, entry.mtime);
    else setTimes(at, entry.mtime);
  }
}

// As docker does: a file system without an attribute's namespace, or a user.* one on a symlink, is no reason to fail.
const tolerated = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

function setXattrs(at: string, entry: LayerEntry): void {
  for (const [name, value] of entry.xattrs) {
    try {
      lsetxattr(at, name, value);
    } catch (error) {
      if (!tolerated.has(errnoOf(error) ?? '')) throw error;
    }
  }
}
