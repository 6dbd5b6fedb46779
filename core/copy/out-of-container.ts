import { once } from 'node:events';
import { closeSync, readlinkSync } from 'node:fs';
import { basename, dirname, posix, resolve } from 'node:path';
import { type NewEntry, writeTar } from '../image/tar/tar-writer.ts';
import { TreeWalk } from '../image/tar/tree-walk.ts';
import type { LayerEntry } from '../image/unpack/entry.ts';
import { errnoOf } from '../kernel/errno.ts';
import { openInRoot } from '../kernel/fs.ts';
import { OpenDirectory } from '../kernel/open-directory.ts';
import type { Container } from '../store/containers.ts';
import { mountContainer } from './container-root.ts';
import { assertsDirectory, destinationOf, meansContent } from './destination.ts';
import { Place } from './place.ts';
import { cannotCopy } from './refusal.ts';

interface Owner {
  uid: number;
  gid: number;
}

export interface OutOfContainer {
  /** In the container; what is not absolute starts at /. */
  from: string;
  /** A path of this machine, or `-` for a tar on standard output. */
  to: string;
  /** Undefined: as in the container. */
  owner: Owner | undefined;
  followLink: boolean;
  /** Told about what is left out, a line. */
  note: (line: string) => void;
}

/**
 * Copies files out of a container. They are read name by name below directories that are held open, and the first of them was
 * found with openat2(2) inside the container's root, so that no symlink leads to a file of this machine.
 * @returns bytes of the tar
 * @throws TsstepError copy, container-state
 */
export async function copyOutOfContainer(
  root: string,
  container: Container,
  { from, to, owner, followLink, note }: OutOfContainer,
): Promise<number> {
  const target = to === '-' ? '-' : resolve(to) + (assertsDirectory(to) ? '/' : '');
  const merged = await mountContainer(root, container);
  const shown = `${container.config.name}:${from}`;
  const found = find(merged, from, followLink, shown);
  const walk = new TreeWalk({ onSocket: (path) => note(`the socket ${path} is left out`) });
  try {
    if (to === '-')
      return await print(walk.entry(found.parent, found.name, found.content ? '.' : found.called));
    const { into, name } = destinationOf(
      target,
      { name: found.content ? '' : found.called, directory: found.directory },
      to,
    );
    const entries = name === '' ? withinItself(walk, found) : walk.entry(found.parent, found.name, name);
    return await unpack(entries, new Place(into), owner, note);
  } finally {
    found.parent.close();
  }
}

interface Found {
  parent: OpenDirectory;
  /** Of the entry in `parent`. */
  name: string;
  /** Its name as it was typed. */
  called: string;
  directory: boolean;
  /** `dir/.` */
  content: boolean;
}

/** @throws TsstepError copy */
function find(merged: string, typed: string, followLink: boolean, shown: string): Found {
  const path = posix.normalize(`/${typed}`).replace(/(.)\/$/, '$1');
  const follow = followLink || assertsDirectory(typed);
  try {
    const real = follow ? realPath(merged, path) : path;
    const parent = openDirectory(merged, dirname(real));
    const name = basename(real) || '.';
    const stat = parent.stat(name);
    if (!stat) throw absent(shown);
    const directory = stat.isDirectory();
    if (assertsDirectory(typed) && !directory)
      throw cannotCopy(
        `${shown} is not a directory`,
        'what ends with a slash names one',
        'leave the slash out',
      );
    return { parent, name, called: basename(path), directory, content: name === '.' || meansContent(typed) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) throw absent(shown);
    throw error;
  }
}

/** The path that `path` leads to inside the root. */
function realPath(merged: string, path: string): string {
  const fd = openInRoot(merged, path);
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).slice(merged.length) || '/';
  } finally {
    closeSync(fd);
  }
}

function openDirectory(merged: string, path: string): OpenDirectory {
  const fd = openInRoot(merged, path);
  try {
    return OpenDirectory.open(`/proc/self/fd/${fd}/.`);
  } finally {
    closeSync(fd);
  }
}

function absent(shown: string): Error {
  const [container, ...path] = shown.split(':');
  return cannotCopy(
    `could not find the file ${path.join(':')} in container ${container}`,
    'volumes and layers were looked through; a tmpfs, /proc, /sys and /dev are only in the running container',
    'look with `tsstep diff`, or in the running container',
  );
}

function* withinItself(walk: TreeWalk, { parent, name }: Found): Generator<NewEntry> {
  const directory = name === '.' ? undefined : parent.child(name);
  try {
    yield* walk.below(directory ?? parent, '');
  } finally {
    directory?.close();
  }
}

async function print(entries: Iterable<NewEntry>): Promise<number> {
  const closed = new AbortController();
  process.stdout.once('close', () => closed.abort());
  let size = 0;
  for await (const chunk of writeTar(entries)) {
    size += chunk.length;
    if (process.stdout.write(chunk)) continue;
    const drained = once(process.stdout, 'drain', { signal: closed.signal });
    // Whoever read it has gone, like `| head`: there is nobody left to tell.
    if (!(await drained.then(Boolean, () => false))) return size;
  }
  return size;
}

async function unpack(
  entries: Iterable<NewEntry>,
  place: Place,
  owner: Owner | undefined,
  note: (line: string) => void,
): Promise<number> {
  let size = 1024;
  for (const entry of entries) {
    const { type, size: bytes = 0, content = [] } = entry;
    if (type === 'character-device' || type === 'block-device') {
      note(`the device /${entry.path} is left out`);
      continue;
    }
    size += 512 + Math.ceil(bytes / 512) * 512;
    const described = placed(entry, type);
    await place.add(owner ? handedOver(described, owner) : described, content);
  }
  place.finish();
  return size;
}

const placed = (
  { path, target = '', mode, uid, gid, mtime, size = 0, xattrs = [] }: NewEntry,
  type: LayerEntry['type'],
): LayerEntry => ({
  ...{ type, path: path.replace(/\/$/, ''), target, mode, uid, gid, size, xattrs, mtime },
  ...{ sparse: undefined, major: 0, minor: 0 },
});

/**
 * What was another user's in the container becomes the caller's, who is root here: no program of the container may run with
 * root's rights for whoever executes it, by its mode or by its capabilities (inode(7), capabilities(7)).
 */
const handedOver = (entry: LayerEntry, owner: Owner): LayerEntry => ({
  ...{ ...entry, ...owner, mode: entry.mode & 0o1777 },
  xattrs: entry.xattrs.filter(([name]) => !/^(security|trusted)\./.test(name)),
});
