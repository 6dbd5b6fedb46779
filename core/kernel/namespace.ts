import { closeSync, openSync } from 'node:fs';
import type { ProcessId } from '../known.ts';
import type { CloneFlag } from '../operation.ts';
import { checked } from './errno.ts';
import { bits, cloneFlags } from './flags.ts';
import * as libc from './libc.ts';
import { mustLive } from './proc.ts';

/** unshare(2), for the calling thread only. @throws SyscallError */
export function unshare(flags: readonly CloneFlag[]): void {
  checked('unshare', libc.unshare(bits(cloneFlags, flags)));
}

/**
 * setns(2) into the namespace that `path` (`/proc/PID/ns/net`) stands for, if `holder` is still that process; for the calling thread
 * only. @throws SyscallError, TsstepError container-state
 */
export function setns(path: string, flag: CloneFlag, holder: ProcessId): void {
  const fd = openSync(path, 'r');
  try {
    mustLive(holder);
    checked('setns', libc.setns(fd, cloneFlags[flag]));
  } finally {
    closeSync(fd);
  }
}

/** sethostname(2). @throws SyscallError */
export function sethostname(name: string): void {
  checked('sethostname', libc.sethostname(name, Buffer.byteLength(name)));
}

/**
 * chroot(2) and chdir(2) into it: from now on no path of this thread leads out, whatever symlinks somebody puts there. Threads
 * follow that share its fs_struct; after unshare(CLONE_NEWNS) none does. @throws SyscallError
 */
export function chroot(path: string): void {
  checked('chroot', libc.chroot(path));
  process.chdir('/');
}
