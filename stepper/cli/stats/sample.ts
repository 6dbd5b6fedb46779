/** What a container uses at one moment, and what docker's columns make of two of them. */
import type { CgroupLayout } from '../../../core/cgroup/layout.ts';
import { readUsage, type Usage } from '../../../core/cgroup/usage.ts';
import { networkOf, systemCpu } from '../../../core/host/counters.ts';
import { type Container, isUp } from '../../../core/store/containers.ts';
import { binarySize, humanSize } from '../format/size.ts';
import { shortId } from '../format/text.ts';

export interface Sample extends Usage {
  /** Nanoseconds of CPU time of the whole machine, and its CPUs. */
  system: bigint;
  online: number;
  received: number;
  sent: number;
}

/** Undefined: it does not run. */
export function sampleOf(layout: CgroupLayout, { config, state }: Container): Sample | undefined {
  const usage = isUp(state) ? readUsage(layout, config.id) : undefined;
  if (!usage) return undefined;
  const { total, online } = systemCpu();
  // A container without a network of its own would show the host's.
  const own = config.spec.network !== 'host' && state.process;
  return { ...usage, system: total, online, ...(own ? networkOf(own) : { received: 0, sent: 0 }) };
}

/** Docker's formula: the share of all CPUs' time since `before`, where one whole CPU is 100. */
export function cpuPercent(before: Sample | undefined, { cpu, system, online }: Sample): number {
  const used = Number(cpu - (before?.cpu ?? 0n));
  const passed = Number(system - (before?.system ?? 0n));
  return used > 0 && passed > 0 ? (used / passed) * online * 100 : 0;
}

const percent = (number: number): string => `${number.toFixed(2)}%`;

/** The keys of docker's `stats --format json`. Who does not run uses nothing. */
export function rowOf(
  { config }: Container,
  reference: string,
  before: Sample | undefined,
  now: Sample | undefined,
  truncate: boolean,
) {
  const { memory = 0, memoryLimit = 0, received = 0, sent = 0, blockRead = 0, blockWrite = 0 } = now ?? {};
  const of = (part: number, whole: number) => (whole === 0 ? 0 : (part / whole) * 100);
  return {
    BlockIO: `${humanSize(blockRead)} / ${humanSize(blockWrite)}`,
    CPUPerc: percent(now ? cpuPercent(before, now) : 0),
    Container: reference,
    ID: truncate ? shortId(config.id) : config.id,
    MemPerc: percent(of(memory, memoryLimit)),
    MemUsage: `${binarySize(memory)} / ${binarySize(memoryLimit)}`,
    Name: config.name,
    NetIO: `${humanSize(received)} / ${humanSize(sent)}`,
    PIDs: String(now?.pids ?? 0),
  };
}
