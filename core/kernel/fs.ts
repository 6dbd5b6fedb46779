/** What node:fs cannot do: resolve a path inside a root, make device nodes, set extended attributes, lock, make a pipe. */
import { chmodSync, closeSync, constants, mkdirSync, openSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checked, errnoOf, tolerating } from './errno.ts';
import * as libc from './libc.ts';

// linux/fcntl.h and linux/openat2.h; Node's constants lack both.
export const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_IN_ROOT = 0x10;

export interface InRootOptions {
  /** Make what is missing: the directories on the way, and the last component as this. */
  create?: 'directory' | 'file' | undefined;
  /** Of what is made. */
  mode?: number | undefined;
  /** Do not follow a symlink in the last component. */
  nofollow?: boolean | undefined;
}

function openat2(rootFd: number, path: string, flags: number): number {
  const how = Buffer.alloc(24);
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), 16);
  return checked('openat2', libc.syscall.openat2(libc.sys.openat2, rootFd, path, how, how.length));
}

function openIn(rootFd: number, path: string, options: InRootOptions, links: number): number {
  const flags = O_PATH | (options.nofollow ? constants.O_NOFOLLOW : 0);
  try {
    return openat2(rootFd, path, flags);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || !options.create || links > 40) throw error;
  }
  const parent = openIn(rootFd, dirname(path), { create: 'directory' }, links);
  try {
    // The parent is already resolved inside the root, so its entry can be named without going through any symlink.
    const entry = `/proc/self/fd/${parent}/${basename(path)}`;
    const mode = options.mode ?? (options.create === 'directory' ? 0o755 : 0o644);
    try {
      if (options.create === 'directory') mkdirSync(entry, { mode });
      else closeSync(openSync(entry, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      // A symlink that points nowhere yet: what it points to, inside the root, is what has to be made.
      const target = join(dirname(path), readlinkOr(entry));
      return openIn(
        rootFd,
        readlinkOr(entry).startsWith('/') ? readlinkOr(entry) : target,
        options,
        links + 1,
      );
    }
  } finally {
    closeSync(parent);
  }
  return openat2(rootFd, path, flags);
}

function readlinkOr(entry: string): string {
  try {
    return readlinkSync(entry);
  } catch {
    return '.';
  }
}

/**
 * An O_PATH descriptor of `path` with `root` taken as "/": neither `..` nor a symlink of the image leads out of it
 * (openat2(2), RESOLVE_IN_ROOT, Linux 5.6). Use it as `/proc/self/fd/N`; the caller closes it. @throws SyscallError
 */
export function openInRoot(root: string, path: string, options: InRootOptions = {}): number {
  const rootFd = openSync(root, O_PATH | constants.O_DIRECTORY);
  try {
    return openIn(rootFd, path, options, 0);
  } finally {
    closeSync(rootFd);
  }
}

/** Runs `fn` with a path that names `path` inside `root` and cannot lead out of it. */
export function inRoot<T>(root: string, path: string, options: InRootOptions, fn: (path: string) => T): T {
  const fd = openInRoot(root, path, options);
  try {
    return fn(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}

/** mknod(2); `mode` holds the type (S_IFCHR …) and the permissions, whatever the umask is. @throws SyscallError */
export function mknod(path: string, mode: number, major: number, minor: number): void {
  // makedev(3) of glibc: 12 + 20 bits of minor and 32 of major, interleaved.
  const dev = (BigInt(major & 0xfff) << 8n) | BigInt(minor & 0xff) | (BigInt(minor & 0xfffff00) << 12n);
  checked('mknod', libc.mknod(path, mode, Number(dev)));
  chmodSync(path, mode & 0o7777);
}

/** lsetxattr(2), replacing. @throws SyscallError */
export function lsetxattr(path: string, name: string, value: Buffer): void {
  checked('lsetxattr', libc.lsetxattr(path, name, value, value.length, 0));
}

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const times = Buffer.alloc(32);

/**
 * utimensat(2): both times of a file, or of a symlink itself, in nanoseconds since 1970. Node's own take seconds as a floating-point
 * number, which has no room for nanoseconds. What a file system cannot keep it cuts off. @throws SyscallError
 */
export function setTimes(path: string, nanoseconds: bigint): void {
  // A fraction counts forwards, also before 1970.
  const fraction = ((nanoseconds % SECOND) + SECOND) % SECOND;
  for (const at of [0, 16]) {
    times.writeBigInt64LE((nanoseconds - fraction) / SECOND, at);
    times.writeBigInt64LE(fraction, at + 8);
  }
  checked('utimensat', libc.utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW));
}

const SECOND = 1_000_000_000n;

/** syncfs(2): wait until the file system that holds `path` has everything on disk. @throws SyscallError */
export async function syncFileSystem(path: string): Promise<void> {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    await new Promise<void>((resolve, reject) => {
      libc.syncfs(fd, (_, result) => {
        try {
          resolve(void checked('syncfs', result));
        } catch (error) {
          reject(error);
        }
      });
    });
  } finally {
    closeSync(fd);
  }
}

/** pipe2(2) with O_CLOEXEC. Node's own pipes are sockets, and opening /dev/stdout on a socket fails with ENXIO. */
export function pipe(): { read: number; write: number } {
  const fds = new Int32Array(2);
  checked('pipe2', libc.pipe2(fds, O_CLOEXEC));
  return { read: fds[0] as number, write: fds[1] as number };
}

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Takes a flock(2) on `path`, a directory or a file that is made, and says how to let go. The kernel drops the lock when the
 * holder dies, so no lock is ever stale. Waits without blocking the event loop, which may be handling this process's own other
 * holder.
 * @param patience milliseconds to wait for others @returns undefined: they have held it for longer than that
 */
export async function takeLock(
  path: string,
  mode: 'shared' | 'exclusive',
  patience = Number.POSITIVE_INFINITY,
): Promise<(() => void) | undefined> {
  const fd = await lock(path, mode === 'shared' ? LOCK_SH : LOCK_EX, patience);
  return fd === undefined ? undefined : () => closeSync(fd);
}

/** Runs `fn` while holding an exclusive lock on `path`, waiting for it as long as it takes. `fn` gets the lock's descriptor. */
export async function withLock<T>(path: string, fn: (fd: number) => T | Promise<T>): Promise<T> {
  const fd = (await lock(path, LOCK_EX, Number.POSITIVE_INFINITY)) as number;
  try {
    return await fn(fd);
  } finally {
    closeSync(fd);
  }
}

async function lock(path: string, operation: number, patience: number): Promise<number | undefined> {
  mkdirSync(dirname(path), { recursive: true });
  const fd = tolerating(['EISDIR'], () => openSync(path, 'a', 0o600)) ?? openSync(path, 'r');
  const end = Date.now() + patience;
  try {
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      if (tryLock(fd, operation)) return fd;
      if (Date.now() >= end) break;
      await sleep(wait);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return undefined;
}

function tryLock(fd: number, operation: number): boolean {
  try {
    checked('flock', libc.flock(fd, operation | LOCK_NB));
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'EAGAIN' && errno !== 'EINTR') throw error;
    return false;
  }
}
