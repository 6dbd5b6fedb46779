/** Putting entries of a tar where a person wants them: in a container, after chroot(2), or on this machine. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayerEntry } from '../image/unpack/entry.ts';
import { tolerating } from '../kernel/errno.ts';
import { lsetxattr, mknod, setTimes } from '../kernel/fs.ts';
import { cannotCopy, making } from './refusal.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY, S_IFIFO } = fs.constants;

export interface Owner {
  uid: number;
  gid: number;
}

/**
 * A directory that gets entries. A file replaces a file; a directory and what is no directory do not replace each other, as
 * with docker.
 */
export class Place {
  readonly #into: string;
  readonly #owner: Owner | undefined;
  /** mtimes of directories, which every new entry in them changes: set at the end. */
  readonly #mtimes = new Map<string, bigint>();

  /** @param owner of everything; undefined: as the entry says */
  constructor(into: string, owner: Owner | undefined) {
    this.#into = into;
    this.#owner = owner;
  }

  /** @throws TsstepError copy */
  async add(entry: LayerEntry, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const at = join(this.#into, entry.path);
    await making(at, () => this.#add(at, entry, content));
  }

  async #add(
    at: string,
    entry: LayerEntry,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const existing = fs.lstatSync(at, { throwIfNoEntry: false });
    if (existing && existing.isDirectory() !== (entry.type === 'directory')) throw unlike(at, entry.type);
    if (entry.type === 'directory') {
      if (!existing) fs.mkdirSync(at, { mode: 0o700, recursive: true });
      this.#own(at, entry);
      this.#mtimes.set(at, entry.mtime);
      return;
    }
    fs.mkdirSync(dirname(at), { recursive: true });
    if (existing) fs.unlinkSync(at);
    if (entry.type === 'file') return await this.#file(at, entry, content);
    if (entry.type === 'symlink') fs.symlinkSync(entry.target, at);
    else if (entry.type === 'fifo') mknod(at, S_IFIFO | 0o600, 0, 0);
    else return fs.linkSync(join(this.#into, entry.target), at);
    this.#own(at, entry);
    setTimes(at, entry.mtime);
  }

  finish(): void {
    for (const [at, mtime] of this.#mtimes) setTimes(at, mtime);
  }

  async #file(
    at: string,
    entry: LayerEntry,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const fd = fs.openSync(at, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
    try {
      for await (const chunk of content)
        for (let offset = 0; offset < chunk.length; ) offset += fs.writeSync(fd, chunk, offset);
    } finally {
      fs.closeSync(fd);
    }
    this.#own(at, entry);
    setTimes(at, entry.mtime);
  }

  #own(at: string, entry: LayerEntry): void {
    const { uid, gid } = this.#owner ?? entry;
    fs.lchownSync(at, uid, gid);
    // chown(2) clears the setuid bit and capabilities, so mode and attributes come after it.
    if (entry.type !== 'symlink') fs.chmodSync(at, entry.mode);
    for (const [name, value] of entry.xattrs)
      tolerating(['ENOTSUP', 'EOPNOTSUPP', 'EPERM'], () => lsetxattr(at, name, value));
  }
}

function unlike(at: string, type: LayerEntry['type']): Error {
  const [is, becomes] =
    type === 'directory' ? ['non-directory', 'directory'] : ['directory', 'non-directory'];
  return cannotCopy(
    `cannot overwrite ${is} ${JSON.stringify(at)} with ${becomes}`,
    'docker does not do it either, so that nothing is lost by mistake',
    'remove it first, or copy to another name',
  );
}
