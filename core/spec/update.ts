/** What `update` makes of a container's limits and restart policy, by docker's rules. */
import type { RunFlags } from './flags.ts';
import { parseResources } from './resources.ts';
import { parseRestart } from './restart.ts';
import type { Resources, Spec } from './types.ts';
import { conflict, usageError } from './usage.ts';

export type UpdateFlags = Pick<
  RunFlags,
  'memory' | 'memorySwap' | 'cpus' | 'cpuShares' | 'cpusetCpus' | 'pidsLimit' | 'restart'
>;

/** @param cpus how many the host has @throws TsstepError usage */
export function updatedSpec(spec: Spec, { restart, ...flags }: UpdateFlags, cpus: number): Spec {
  const resources = updatedResources(spec.resources, flags, cpus);
  if (restart === undefined) return { ...spec, resources };
  const policy = parseRestart(restart);
  if (spec.rm && policy.name !== 'no')
    throw usageError(
      '--restart',
      restart,
      'the container was run with --rm, and is gone when it has ended',
      'leave --restart away',
    );
  return { ...spec, resources, restart: policy };
}

function updatedResources(before: Resources, flags: Omit<UpdateFlags, 'restart'>, cpus: number): Resources {
  const memory = flags.memory ?? (before.memory === undefined ? undefined : String(before.memory));
  const asked = parseResources(
    { ...flags, ...(memory !== undefined && flags.memorySwap !== undefined && { memory }) },
    cpus,
  );
  // Docker settles it when a container is created: who said nothing of swap has as much swap as memory, from then on.
  const both = before.memorySwap ?? (before.memory === undefined ? undefined : before.memory * 2);
  if (asked.memory !== undefined && asked.memorySwap === undefined && both !== undefined && both > 0) {
    if (asked.memory > both) {
      const why = 'Memory limit should be smaller than already set memoryswap limit';
      throw conflict(
        `--memory ${flags.memory} and the limit of memory and swap together, ${both} bytes`,
        why,
        'update the memoryswap at the same time: add --memory-swap',
      );
    }
  }
  const swap = both ?? (asked.memory === undefined ? undefined : -1);
  return { ...before, ...(swap !== undefined && { memorySwap: swap }), ...asked };
}
