import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import type { ProcessId } from '../known.ts';

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)): clock ticks since boot; undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  const stat = tolerating(['ENOENT', 'ESRCH'], () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The command's name may hold spaces and brackets: fields are counted behind its last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds nothing any more.
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** Whether this very process lives: a pid alone may have been given to another one since. */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  return startTimeOf(pid) === startTime;
}

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

/** SIGKILL, and wait until it is gone, its whole pid namespace with it (pid_namespaces(7)). */
export async function killProcess(target: ProcessId): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (let wait = 1; isAlive(target); wait = Math.min(wait * 2, 50)) {
    if (Date.now() > until) throw immortal(target.pid);
    tolerating(['ESRCH'], () => process.kill(target.pid, 'SIGKILL'));
    await sleep(wait);
  }
}
