/**
 * User, groups and capabilities of the calling thread. By syscall(2), not by glibc's wrappers: those signal every thread to
 * follow (nptl(7)), and the others are about to be ended by execve(2) anyway.
 */
import { checked, errnoOf } from './errno.ts';
import * as libc from './libc.ts';

const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const LAST_POSSIBLE_CAPABILITY = 63;

/** setgroups(2): the supplementary groups. */
export function setgroups(gids: readonly number[]): void {
  checked('setgroups', libc.syscall.sized(libc.sys.setgroups, gids.length, Uint32Array.from(gids)));
}

/** setresgid(2): real, effective and saved. */
export function setresgid(gid: number): void {
  checked('setresgid', libc.syscall.numbers(libc.sys.setresgid, gid, gid, gid));
}

/** setresuid(2): leaving uid 0 empties the permitted and effective sets (capabilities(7)). */
export function setresuid(uid: number): void {
  checked('setresuid', libc.syscall.numbers(libc.sys.setresuid, uid, uid, uid));
}

/** prctl(PR_CAPBSET_DROP) for every capability number that is not kept and that this kernel has. */
export function dropBounding(keep: ReadonlySet<number>): void {
  for (let capability = 0; capability <= LAST_POSSIBLE_CAPABILITY; capability++) {
    if (keep.has(capability)) continue;
    try {
      checked('prctl(PR_CAPBSET_DROP)', libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0));
    } catch (error) {
      // EINVAL: one past the kernel's last capability.
      if (errnoOf(error) === 'EINVAL') return;
      throw error;
    }
  }
}

/** capset(2): effective and permitted to exactly these numbers, inheritable to none (CVE-2022-24769). */
export function capset(capabilities: ReadonlySet<number>): void {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(LINUX_CAPABILITY_VERSION_3, 0);
  const data = Buffer.alloc(24);
  for (const capability of capabilities) {
    const word = Math.floor(capability / 32) * 12;
    const bit = (1 << (capability % 32)) >>> 0;
    for (const set of [0, 4]) data.writeUInt32LE((data.readUInt32LE(word + set) | bit) >>> 0, word + set);
  }
  checked('capset', libc.syscall.buffers(libc.sys.capset, header, data));
}

/** prctl(PR_SET_NO_NEW_PRIVS): execve(2) grants nothing any more, and nobody can take this back. */
export function noNewPrivileges(): void {
  checked('prctl(PR_SET_NO_NEW_PRIVS)', libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}
