import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../../kernel/errno.ts';
import { fileContent } from '../../kernel/open-directory.ts';
import { getXattr } from '../../kernel/xattr.ts';
import type { NewEntry } from '../tar/tar-writer.ts';

/** As many as the kernel follows before it says ELOOP (path_resolution(7)). */
const mostLinks = 40;

/**
 * Files of this machine for the layers of an image. With each come the directories and symlinks that lead to it, so that
 * what the machine calls it works in the image: /bin where that is a symlink, the versions of a library, an alternative.
 */
export class HostFiles {
  /** Files and symlinks that some layer has already. */
  readonly #stored = new Set<string>();
  #layer = new Map<string, NewEntry>();

  /** Add a file, or a directory with everything in it. False: there is none. */
  add(path: string): boolean {
    const real = this.#resolve(path, mostLinks);
    if (real === undefined) return false;
    const stat = lstatSync(real, { bigint: true });
    if (stat.isDirectory()) for (const name of readdirSync(real)) this.#addBelow(join(real, name));
    return true;
  }

  /** Add a directory without what is in it, or the symlink that is there instead. False: there is none. */
  addEmpty(path: string): boolean {
    return this.#resolve(path, mostLinks) !== undefined;
  }

  /** What was added since the last call, directories first: the content of one layer. */
  take(): NewEntry[] {
    const entries = [...this.#layer.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#layer = new Map();
    return entries;
  }

  /** Follows `path` as the kernel would, and adds every step. */
  #resolve(path: string, links: number): string | undefined {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    let at = '/';
    for (const [index, part] of parts.entries()) {
      at = join(at, part);
      const stat = tolerating(['ENOENT', 'ENOTDIR'], () => lstatSync(at, { bigint: true }));
      if (!stat) return undefined;
      this.#store(at, stat);
      if (stat.isSymbolicLink()) {
        const target = join(at, '..', '.');
        const text = readlinkSync(at);
        const next = text.startsWith('/') ? text : join(target, text);
        return links === 0 ? undefined : this.#resolve(join(next, ...parts.slice(index + 1)), links - 1);
      }
    }
    return at;
  }

  #addBelow(path: string): void {
    const stat = lstatSync(path, { bigint: true });
    this.#store(path, stat);
    if (stat.isDirectory()) for (const name of readdirSync(path)) this.#addBelow(join(path, name));
  }

  #store(path: string, stat: BigIntStats): void {
    const entry = entryOf(path, stat);
    if (!entry) return;
    // A layer without them would give the directories above its files other owners and modes.
    if (entry.type !== 'directory' && this.#stored.has(path)) return;
    this.#stored.add(path);
    this.#layer.set(path, entry);
  }
}

/** Undefined: sockets, fifos and devices have no use in an image. */
function entryOf(path: string, stat: BigIntStats): NewEntry | undefined {
  const relative = path.slice(1);
  const capability = stat.isFile() ? getXattr(path, 'security.capability') : undefined;
  const entry = {
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtime: stat.mtimeNs,
    ...(capability && { xattrs: [['security.capability', capability] as const] }),
  };
  if (stat.isDirectory()) return { ...entry, type: 'directory', path: `${relative}/` };
  if (stat.isSymbolicLink()) return { ...entry, type: 'symlink', path: relative, target: readlinkSync(path) };
  if (!stat.isFile()) return undefined;
  const size = Number(stat.size);
  return { ...entry, type: 'file', path: relative, size, content: fileContent(path, size) };
}
