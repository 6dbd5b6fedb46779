/**
 * Stopping a process at the first instruction after execve(2), so that it can be looked at before it does anything: ptrace(2).
 * Requests have to come from the thread that seized, which is the main one for synchronous calls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { checked } from './errno.ts';
import * as libc from './libc.ts';

const PTRACE_SEIZE = 0x4206;
const PTRACE_DETACH = 17;
const PTRACE_O_TRACEEXEC = 0x10;
const PTRACE_EVENT_EXEC = 4;
const SIGTRAP = 5;
const WNOHANG = 1;
const WALL = 0x4000_0000;

/** Becomes the tracer of `pid`'s main thread; it runs on until it executes something. @throws SyscallError EPERM: traced already */
export function seize(pid: number): void {
  checked('ptrace(PTRACE_SEIZE)', libc.ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXEC));
}

/** Waits for the stop at exec; other stops are passed through. False: it ended first. */
export async function stoppedAtExec(pid: number): Promise<boolean> {
  const status = new Int32Array(1);
  for (;;) {
    const waited = libc.waitpid(pid, status, WNOHANG | WALL);
    const [word = 0] = status;
    if (waited < 0 || (waited === pid && (word & 0xff) !== 0x7f)) return false;
    if (waited === pid) {
      if (word >> 8 === (SIGTRAP | (PTRACE_EVENT_EXEC << 8))) return true;
      detach(pid, (word >> 8) & 0xff);
      return false;
    }
    await sleep(1);
  }
}

/**
 * Lets a stopped process go on, for good. If it was killed meanwhile (ESRCH), its tracer has to wait for it, because until
 * then its parent cannot: ptrace(2), "Death under ptrace".
 */
export function detach(pid: number, signal = 0): void {
  if (libc.ptrace(PTRACE_DETACH, pid, 0, signal) < 0) libc.waitpid(pid, new Int32Array(1), WALL);
}
