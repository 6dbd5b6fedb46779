import { readdirSync, readFileSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';

/**
 * Pids of a container, in numerical order: all that are in its cgroup or in one below it (proc_pid_cgroup(5)). Whoever has been moved in
 * is among them; whoever only shares its namespaces is not.
 */
export function processesOf(id: string): number[] {
  const group = new RegExp(`^\\d+:[^:]*:.*/tsstep/${id}(/.*)?$`, 'm');
  const isIn = (pid: string): boolean =>
    group.test(tolerating(['ENOENT', 'ESRCH'], () => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? '');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isIn(name))
    .map(Number)
    .sort((a, b) => a - b);
}
