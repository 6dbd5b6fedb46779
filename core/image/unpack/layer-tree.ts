import * as fs from 'node:fs';
import { errnoOf, tolerating } from '../../kernel/errno.ts';
import { openInRoot, setTimes } from '../../kernel/fs.ts';
import { type LayerEntry, unsafeEntry } from './entry.ts';
import type { Content } from './file-content.ts';
import { makeOpaque, makeWhiteout, type Whiteout } from './whiteout.ts';
import { own, writeEntry } from './write-entry.ts';

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
  async add(entry: LayerEntry, content: Content): Promise<void> {
    const at = entry.path === '' ? this.#root : this.#locate(entry.path);
    if (entry.type === 'directory') {
      if (entry.path !== '') this.#directory(at, entry);
      own(at, entry);
      this.#mtimes.set(entry.path, entry.mtime);
      return;
    }
    await this.#replacing(at, entry.path, () =>
      // A hard link shares owner, mode and times with its target, which the target's own entry has set.
      entry.type === 'link' ? this.#link(at, entry) : writeEntry(at, entry, content),
    );
  }

  hide(whiteout: Whiteout): void {
    if (whiteout.kind === 'opaque') this.#hideContent(whiteout.path);
    else if (whiteout.kind === 'remove') this.#hideEntry(whiteout.path);
  }

  /** Set what had to wait until every entry was there. */
  finish(): void {
    for (const [path, mtime] of this.#mtimes) {
      // Gone, where a later entry has replaced it, or what it is in, by another name: through a symlink.
      tolerating(['ENOENT', 'ENOTDIR'], () => setTimes(path === '' ? this.#root : this.#locate(path), mtime));
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
  async #replacing(at: string, path: string, make: () => Promise<void> | void): Promise<void> {
    try {
      await make();
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      this.#remove(at, path);
      await make();
    }
  }

  #remove(at: string, path: string): void {
    fs.rmSync(at, { recursive: true, force: true });
    this.#whiteouts.delete(path);
    for (const known of this.#mtimes.keys())
      if (known === path || known.startsWith(`${path}/`)) this.#mtimes.delete(known);
  }
}
