import { setTimeout as sleep } from 'node:timers/promises';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { isAlive } from '../kernel/proc.ts';
import type { ProcessId } from '../known.ts';

/** Milliseconds. A process that waits for a dead disk or network in the kernel (state D) cannot be killed. */
const PATIENCE = 10_000;

function immortal(pid: number): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `process ${pid} does not end`,
    why: 'SIGKILL was sent, and it still waits for something in the kernel',
    remedy: `cat /proc/${pid}/stack shows for what; tsstep clean when it is gone`,
  });
}

/**
 * SIGKILL, and wait until it is gone, its whole pid namespace with it (pid_namespaces(7)).
 * @param thaw lets it go on: what cgroup v1 has frozen does not even die
 */
export async function killProcess(target: ProcessId, thaw?: () => void): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (let wait = 1; isAlive(target); wait = Math.min(wait * 2, 50)) {
    if (Date.now() > until) throw immortal(target.pid);
    tolerating(['ESRCH'], () => process.kill(target.pid, 'SIGKILL'));
    thaw?.();
    await sleep(wait);
  }
}
