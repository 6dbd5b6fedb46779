import { closeSync, openSync } from 'node:fs';
import type { ProcessId } from '../known.ts';
import type { MountAttribute, MountFlag, UmountFlag } from '../operation.ts';
import { checked } from './errno.ts';
import { bits, cloneFlags, mountAttributes, mountFlags, umountFlags } from './flags.ts';
import { openInRoot } from './fs.ts';
import * as libc from './libc.ts';
import { mustLive } from './proc.ts';

export interface MountArguments {
  source: string;
  target: string;
  fstype?: string | undefined;
  flags: readonly MountFlag[];
  data?: string | undefined;
}

/** mount(2). @throws SyscallError */
export function mount({ source, target, fstype, flags, data }: MountArguments): void {
  checked('mount', libc.mount(source, target, fstype ?? null, bits(mountFlags, flags), data ?? null));
}

/** umount2(2). @throws SyscallError EINVAL where nothing is mounted at `target` */
export function umount(target: string, flags: readonly UmountFlag[] = []): void {
  checked('umount2', libc.umount2(target, bits(umountFlags, flags)));
}

/** pivot_root(2): no wrapper in the C library. @throws SyscallError */
export function pivotRoot(newRoot: string, putOld: string): void {
  checked('pivot_root', libc.syscall.texts(libc.sys.pivot_root, newRoot, putOld));
}

/**
 * mount_setattr(2): sets attributes of the mount at `path`, with everything mounted below it when `recursive`. Linux 5.12.
 * @throws SyscallError
 */
export function setMountAttributes(
  path: string,
  attributes: readonly MountAttribute[],
  recursive: boolean,
): void {
  const attr = Buffer.alloc(32);
  attr.writeBigUInt64LE(BigInt(bits(mountAttributes, attributes)), 0);
  const flags = recursive ? AT_RECURSIVE : 0;
  checked(
    'mount_setattr',
    libc.syscall.mountSetattr(libc.sys.mount_setattr, AT_FDCWD, path, flags, attr, attr.length),
  );
}

/**
 * A descriptor of the file at `path` on a read-only mount that nobody else can reach: whoever executes it, and later opens
 * /proc/self/exe for writing, gets EROFS (CVE-2019-5736). The caller closes it. Linux 5.12. @throws SyscallError
 */
export function openReadOnly(path: string): number {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
  const fd = checked('open_tree', libc.syscall.openTree(libc.sys.open_tree, AT_FDCWD, path, flags));
  const attr = Buffer.alloc(32);
  attr.writeBigUInt64LE(BigInt(bits(mountAttributes, ['MOUNT_ATTR_RDONLY'])), 0);
  try {
    checked(
      'mount_setattr',
      libc.syscall.mountSetattr(libc.sys.mount_setattr, fd, '', AT_EMPTY_PATH, attr, attr.length),
    );
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

// linux/mount.h, linux/fcntl.h
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
const AT_FDCWD = -100;

/**
 * Attaches `source` of the mount namespace at `from` (`/proc/PID/ns/mnt`) at `target` inside `root` of this one: the same
 * filesystem, seen from both. A mount of another namespace cannot be bound (mount(2), EINVAL), but a detached copy can be moved
 * across: open_tree(2) there, move_mount(2) here (Linux 5.2). Needs a thread that shares its fs_struct with no other, which
 * unshare(CLONE_NEWNS) has seen to. @throws SyscallError, TsstepError container-state
 */
export function shareMount(
  from: string,
  source: string,
  root: string,
  target: string,
  holder: ProcessId,
): void {
  const own = openSync('/proc/thread-self/ns/mnt', 'r');
  const theirs = openSync(from, 'r');
  let tree = -1;
  try {
    mustLive(holder);
    checked('setns', libc.setns(theirs, cloneFlags.CLONE_NEWNS));
    try {
      tree = checked(
        'open_tree',
        libc.syscall.openTree(
          libc.sys.open_tree,
          AT_FDCWD,
          source,
          OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE,
        ),
      );
    } finally {
      checked('setns', libc.setns(own, cloneFlags.CLONE_NEWNS));
    }
    const at = openInRoot(root, target, { create: 'directory' });
    const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    try {
      checked('move_mount', libc.syscall.moveMount(libc.sys.move_mount, tree, '', at, '', flags));
    } finally {
      closeSync(at);
    }
  } finally {
    for (const fd of [own, theirs, tree]) if (fd >= 0) closeSync(fd);
  }
}
