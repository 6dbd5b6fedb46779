import { readFileSync } from 'node:fs';
import { TsstepError } from '../errors.ts';
import type { ProcessId } from '../known.ts';
import { tolerating } from './errno.ts';

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)): clock ticks since boot; undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  const stat = tolerating(['ENOENT', 'ESRCH'], () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The command's name may hold spaces and brackets: fields are counted behind its last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds nothing any more.
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** This process, told apart from a later one with its pid. */
export const thisProcess = (): ProcessId => ({
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? '',
});

/** Of this boot of the machine: pids of another one mean nothing (random(4)). */
export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Whether this very process lives: a pid alone may have been given to another one since. */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  return startTimeOf(pid) === startTime;
}

/** When this machine was booted: ISO 8601, to the second (proc_stat(5), btime). */
export function bootedAt(): string {
  const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '0';
  return new Date(Number(seconds) * 1000).toISOString();
}

/** To be asked once a namespace of `holder` is open: only then is it sure to be the holder's. @throws TsstepError container-state */
export function mustLive(holder: ProcessId): void {
  if (isAlive(holder)) return;
  throw new TsstepError({
    code: 'container-state',
    what: `process ${holder.pid}, whose namespace was to be shared, has ended`,
    why: 'a namespace is found by a process that is in it, and the other container’s has gone meanwhile',
    remedy: 'run that container first, and this one while it runs',
  });
}
