/** The kinds that both sides perform. Synchronous, because init is. */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { inRoot } from '../kernel/fs.ts';
import { mount, setMountAttributes, umount } from '../kernel/mount.ts';
import type { Json, SharedAction } from '../operation.ts';

type Mount = Extract<SharedAction, { kind: 'mount' }>;

const performers: {
  [K in SharedAction['kind']]: (action: Extract<SharedAction, { kind: K }>) => Json | undefined;
} = {
  mkdir: ({ path, mode, root, parents = false }) => {
    if (root === undefined) mkdirSync(path, { mode, recursive: parents });
    else inRoot(root, path, { create: 'directory', mode }, () => undefined);
    return undefined;
  },
  'write-file': ({ path, data, mode, sync = false }) => {
    const fd = openSync(path, 'w', mode);
    try {
      fchmodSync(fd, mode);
      writeSync(fd, data);
      if (sync) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return undefined;
  },
  'write-attribute': ({ path, data }) => void writeFileSync(path, data, { flag: 'r+' }),
  symlink: ({ target, path, root }) => {
    if (root === undefined) symlinkSync(target, path);
    else
      inRoot(root, dirname(path), { create: 'directory' }, (at) =>
        symlinkSync(target, `${at}/${basename(path)}`),
      );
    return undefined;
  },
  mount: (action) => {
    if (action.cwd === undefined) return mountAt(action);
    const before = process.cwd();
    process.chdir(action.cwd);
    try {
      return mountAt(action);
    } finally {
      process.chdir(before);
    }
  },
  mount_setattr: ({ path, root, attributes, recursive }) => {
    if (root === undefined) setMountAttributes(path, attributes, recursive);
    else inRoot(root, path, {}, (resolved) => setMountAttributes(resolved, attributes, recursive));
    return undefined;
  },
  umount: ({ target, flags }) => void umount(target, flags),
};

function mountAt(action: Mount): Json | undefined {
  const { source, sourceRoot } = action;
  if (sourceRoot === undefined) return mountOn(action, source);
  return inRoot(sourceRoot, source, {}, (resolved) => mountOn(action, resolved));
}

function mountOn(action: Mount, source: string): Json | undefined {
  const { target, fstype, flags, create } = action;
  const root = action.root ?? (create && '/');
  const data = action.keepMode ? withModeOf(root ?? '/', target, action.data) : action.data;
  if (root === undefined) {
    mount({ source, target, fstype, flags, data });
    return undefined;
  }
  const made = create === 'like-source' ? (statSync(source).isDirectory() ? 'directory' : 'file') : create;
  inRoot(root, target, { create: made }, (resolved) => {
    if (create && fstype !== 'proc') refuseProc(root, target, resolved);
    if (fstype === 'proc' || fstype === 'sysfs') refuseElsewhere(root, target, resolved);
    mount({ source, target: resolved, fstype, flags, data });
  });
  return undefined;
}

/** As runc: what is mounted over a directory of the image is as open to its users as that; a new one is as tmpfs(5) makes it. */
function withModeOf(root: string, target: string, data: string | undefined): string | undefined {
  const mode = tolerating(['ENOENT'], () => inRoot(root, target, {}, (path) => statSync(path).mode & 0o7777));
  if (mode === undefined) return data;
  return [`mode=${mode.toString(8)}`, ...(data === undefined ? [] : [data])].join(',');
}

/** What covers a part of /proc can lie to every program in the container, to this one too (CVE-2019-16884). */
function refuseProc(root: string, target: string, resolved: string): void {
  const path = readlinkSync(resolved);
  const proc = join(root, 'proc');
  if (path !== proc && !path.startsWith(`${proc}/`)) return;
  throw new TsstepError({
    code: 'bad-mount',
    what: `nothing may be mounted at ${target}`,
    why: 'it is /proc, or leads there through a symlink of the image, and programs have to be able to trust what they read there',
    remedy: 'choose another target',
  });
}

/** As runc: behind a symlink of the image it would lie where others may be told to mount (CVE-2019-19921 began so). */
function refuseElsewhere(root: string, target: string, resolved: string): void {
  const path = readlinkSync(resolved);
  if (path === join(root, target)) return;
  throw new TsstepError({
    code: 'bad-mount',
    what: `${target} of this image is a symlink`,
    why: `it leads to ${path.slice(root.length) || '/'}, and what programs read in ${target} has to be the kernel’s word, not the image’s`,
    remedy: `use an image whose ${target} is a directory, or has none`,
  });
}

export function performShared(action: SharedAction): Json | undefined {
  const perform = performers[action.kind] as (action: SharedAction) => Json | undefined;
  return perform(action);
}
