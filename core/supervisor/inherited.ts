import { closeSync, readdirSync, readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;

/**
 * Closes what somebody's shell had open when tsstep was typed there, and would otherwise stay open for as long as the container
 * runs: a pipe whose reader waits for its end. Node's own descriptors are close-on-exec, and so is by now what it inherited up
 * to number 15; a stranger above that is not (proc_pid_fdinfo(5)).
 */
export function closeStrangers(own: readonly number[]): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd <= 3 || own.includes(fd)) continue;
    const flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(infoOf(fd))?.[1] ?? '', 8);
    if (Number.isInteger(flags) && (flags & O_CLOEXEC) === 0) closeSync(fd);
  }
}

/** The descriptor that the directory itself was read with is gone by now. */
function infoOf(fd: number): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
  } catch {
    return '';
  }
}
