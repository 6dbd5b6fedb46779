import { closeSync, openSync } from 'node:fs';
import type { CloneFlag } from '../operation.ts';
import { checked } from './errno.ts';
import { bits, cloneFlags } from './flags.ts';
import * as libc from './libc.ts';

/** unshare(2), for the calling thread only. @throws SyscallError */
export function unshare(flags: readonly CloneFlag[]): void {
  checked('unshare', libc.unshare(bits(cloneFlags, flags)));
}

/** setns(2) into the namespace that `path` (`/proc/PID/ns/net`) stands for, for the calling thread only. @throws SyscallError */
export function setns(path: string, flag: CloneFlag): void {
  const fd = openSync(path, 'r');
  try {
    checked('setns', libc.setns(fd, cloneFlags[flag]));
  } finally {
    closeSync(fd);
  }
}

/** sethostname(2). @throws SyscallError */
export function sethostname(name: string): void {
  checked('sethostname', libc.sethostname(name, Buffer.byteLength(name)));
}
