/** Limits that were asked for and cannot be kept: refused when planned, never dropped silently. */
import { TsstepError } from '../errors.ts';
import type { Resources } from '../spec/types.ts';
import type { Controller } from './layout.ts';

const flags: readonly (readonly [keyof Resources, flag: string, Controller])[] = [
  ['memory', '--memory', 'memory'],
  ['memorySwap', '--memory-swap', 'memory'],
  ['cpus', '--cpus', 'cpu'],
  ['cpuShares', '--cpu-shares', 'cpu'],
  ['cpusetCpus', '--cpuset-cpus', 'cpuset'],
  ['pidsLimit', '--pids-limit', 'pids'],
];

const remedies: Record<Controller, string> = {
  memory: 'boot with cgroup_enable=memory on the kernel’s command line (Raspberry Pi OS has it off)',
};

/** 0 is docker's "not set" and -1 "unlimited": nothing that a controller is needed for. */
const isSet = (value: string | number): boolean => value !== 0 && value !== -1 && value !== '';

/** @throws TsstepError cgroup */
export function refuseMissing(resources: Resources, controllers: readonly Controller[]): void {
  for (const [key, flag, controller] of flags) {
    const value = resources[key];
    if (value === undefined || !isSet(value) || controllers.includes(controller)) continue;
    throw new TsstepError({
      code: 'cgroup',
      what: `${flag} cannot be kept`,
      why: `the ${controller} controller is not available: /proc/cgroups and the mounted cgroups show which ones are`,
      remedy: remedies[controller] ?? `use a kernel with the ${controller} controller, or leave ${flag} out`,
    });
  }
}

/** No swap limit is what the kernel does anyway: only a real one is refused. @throws TsstepError cgroup */
export function refuseSwap({ memorySwap }: Resources): void {
  if (memorySwap === undefined || memorySwap <= 0) return;
  throw new TsstepError({
    code: 'cgroup',
    what: '--memory-swap cannot be kept',
    why: 'this kernel does not account for swap',
    remedy: 'boot with swapaccount=1 on the kernel’s command line, or leave --memory-swap out',
  });
}
