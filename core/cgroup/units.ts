/** Conversions between docker's flags and the kernel's files. */
import type { Resources } from '../spec/types.ts';

/** Microseconds; docker's and the kernel's default for CPU bandwidth (kernel: scheduler/sched-bwc.rst). */
export const CPU_PERIOD = 100_000;

/** Microseconds of CPU time in each period. */
export const cpuQuota = (cpus: number): number => Math.round(cpus * CPU_PERIOD);

/**
 * v1's shares (2 to 262144, 1024 by default) as v2's weight (1 to 10000, 100 by default), by the formula of newer runc and crun
 * (opencontainers/cgroups, ConvertCPUSharesToCgroupV2Value): quadratic in log2, through both ends and both defaults. The older
 * linear one made 39 of the default 1024.
 */
export function cpuWeight(shares: number): number {
  if (shares <= 2) return 1;
  if (shares >= 262_144) return 10_000;
  const log = Math.log2(shares);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

/**
 * Bytes of memory and swap together, or undefined for no limit. As with docker, who limits memory and says nothing of swap
 * gets as much swap again; 0 is "not set" and -1 unlimited.
 */
export function memoryAndSwap({ memory, memorySwap }: Resources): number | undefined {
  if (memorySwap !== undefined && memorySwap > 0) return memorySwap;
  if (memorySwap === -1 || !memory) return undefined;
  return memory * 2;
}

/** What pids.max gets; undefined: nothing. `lift`: -1, docker's word for no limit, is written as the kernel's. */
export function pidsValue(limit: number | undefined, lift: boolean): string | undefined {
  if (limit !== undefined && limit > 0) return String(limit);
  return lift && limit === -1 ? 'max' : undefined;
}
