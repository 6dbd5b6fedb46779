import { constants } from 'node:os';
import { TsstepError } from '../errors.ts';
import type { Rlimit } from '../operation.ts';
import { checked, tolerating } from './errno.ts';
import * as libc from './libc.ts';

const CLOSE_RANGE_CLOEXEC = 4;
const F_SETFD = 2;
const SIG_SETMASK = 2;
const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const NSIG = 64;

/** Resource numbers by docker's --ulimit names; asm-generic/resource.h. */
const resources: Record<string, number> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
};

const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;
const limitWord = (limit: number): bigint => (limit < 0 ? RLIM_INFINITY : BigInt(limit));

function resourceNumber(resource: Rlimit): number {
  const number = resources[resource];
  if (number !== undefined) return number;
  throw new TsstepError({
    code: 'usage',
    what: `unknown resource limit "${resource}"`,
    why: 'getrlimit(2) has no resource of that name',
    remedy: `use one of ${Object.keys(resources).join(', ')}`,
  });
}

/** prlimit(2) of `pid` (0: this process). -1 is unlimited. @throws SyscallError EPERM: raising a hard limit needs CAP_SYS_RESOURCE */
export function setrlimit(resource: Rlimit, soft: number, hard: number, pid = 0): void {
  const limits = Buffer.alloc(16);
  limits.writeBigUInt64LE(limitWord(soft), 0);
  limits.writeBigUInt64LE(limitWord(hard), 8);
  checked('prlimit', libc.prlimit(pid, resourceNumber(resource), limits, null));
}

/** Soft and hard limit of this process; -1 is unlimited. */
export function getrlimit(resource: Rlimit): { soft: number; hard: number } {
  const limits = Buffer.alloc(16);
  checked('prlimit', libc.prlimit(0, resourceNumber(resource), null, limits));
  const read = (at: number) =>
    limits.readBigUInt64LE(at) === RLIM_INFINITY ? -1 : Number(limits.readBigUInt64LE(at));
  return { soft: read(0), hard: read(8) };
}

/** Every signal to its default action and none blocked: execve(2) keeps ignored signals and the mask. */
export function resetSignals(): void {
  for (let number = 1; number <= NSIG; number++) {
    // SIGKILL and SIGSTOP have no other action; 32 and 33 belong to the C library, which refuses them.
    if (number === constants.signals.SIGKILL || number === constants.signals.SIGSTOP) continue;
    libc.signal(number, null);
  }
  checked('pthread_sigmask', -Math.abs(libc.pthreadSigmask(SIG_SETMASK, Buffer.alloc(128), null)));
}

/**
 * prctl(PR_SET_DUMPABLE, 0): until execve only who has CAP_SYS_PTRACE may look into this process or trace it, not everybody of the
 * same user with the same capabilities.
 */
export function hideFromOthers(): void {
  checked('prctl(PR_SET_DUMPABLE)', libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

/** prctl(PR_SET_PDEATHSIG, 0). */
export function clearParentDeathSignal(): void {
  checked('prctl(PR_SET_PDEATHSIG)', libc.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
}

/** close_range(2): close-on-exec on every descriptor from `first`; by number, glibc has it only since 2.34. */
export function closeOnExecFrom(first: number): void {
  checked('close_range', libc.syscall.numbers(libc.sys.close_range, first, 0xffff_ffff, CLOSE_RANGE_CLOEXEC));
}

/** Keeps `fd` open across execve(2): Node marks 0, 1 and 2 close-on-exec at its start. */
export function keepOnExec(fd: number): void {
  checked('fcntl(F_SETFD)', libc.fcntl(fd, F_SETFD, 0));
}

export function dup2(from: number, to: number): void {
  checked('dup2', libc.dup2(from, to));
}

/** setsid(2). */
export function setsid(): void {
  checked('setsid', libc.setsid());
}

const KEYCTL_JOIN_SESSION_KEYRING = 1;

/** keyctl(2): a session keyring without a name and without a key. A kernel without keys (ENOSYS) has none to hide. */
export function joinSessionKeyring(): void {
  tolerating(['ENOSYS'], () =>
    checked('keyctl', libc.syscall.keyctl(libc.sys.keyctl, KEYCTL_JOIN_SESSION_KEYRING, null)),
  );
}

/** execve(2). Does not return; throws when the kernel refuses, and everything before it still stands. */
export function execve(path: string, argv: readonly string[], env: Readonly<Record<string, string>>): never {
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  checked('execve', libc.execve(path, [...argv, null], [...environment, null]));
  throw new Error('execve returned');
}
