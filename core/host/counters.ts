/** Counters below /proc: CPU time of the whole machine, bytes of a network namespace. */
import { readFileSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';
import { isAlive } from '../kernel/proc.ts';
import type { ProcessId } from '../known.ts';

/** USER_HZ is 100 on every architecture that Node runs on (time(7)). */
const NANOSECONDS_PER_TICK = 10_000_000n;

/**
 * The first line of /proc/stat as nanoseconds: user, nice, system, idle, iowait, irq and softirq, as docker adds them; and how
 * many CPUs are online (proc_stat(5)).
 */
export function systemCpu(text = readFileSync('/proc/stat', 'utf8')): { total: bigint; online: number } {
  const [, ...ticks] = /^cpu .*$/m.exec(text)?.[0].split(/\s+/) ?? [];
  const total = ticks.slice(0, 7).reduce((sum, tick) => sum + BigInt(tick), 0n);
  return { total: total * NANOSECONDS_PER_TICK, online: text.match(/^cpu\d/gm)?.length ?? 1 };
}

/** Bytes received and sent by all interfaces but the loopback (proc_pid_net(5), dev). */
export function networkBytes(text: string): { received: number; sent: number } {
  const interfaces = [...text.matchAll(/^\s*(\S+):\s*(.*)$/gm)].filter(([, name]) => name !== 'lo');
  const sum = (column: number) =>
    interfaces.reduce((all, [, , counters = '']) => all + Number(counters.trim().split(/\s+/)[column]), 0);
  return { received: sum(0), sent: sum(8) };
}

/** Of the network namespace that a process is in; none when it has ended. */
export function networkOf(holder: ProcessId): { received: number; sent: number } {
  const text = tolerating(['ENOENT', 'ESRCH', 'EINVAL'], () =>
    readFileSync(`/proc/${holder.pid}/net/dev`, 'utf8'),
  );
  // Asked after it was read: only then is it sure that no later process with this pid was read.
  return networkBytes(isAlive(holder) ? (text ?? '') : '');
}
