/** Leaving a container to a process of its own, which outlives this one. */
import { ownCommand } from '../../core/host/program-files.ts';
import type { ProcessId } from '../../core/known.ts';
import type { RunningContainer } from '../../core/machine.ts';
import { startSupervisor } from '../../core/perform/start-supervisor.ts';
import { given } from '../../core/spec/usage.ts';
import type { ContainerConfig } from '../../core/store/config.ts';
import { healthOrder } from './health-order.ts';

/** The words of the command that takes back, and starts again, what a supervisor has seen ending. */
export const supervising = (id: string): string[] => [...ownCommand(), 'supervise', id];

/** @returns the supervisor, which has everything when this settles */
export async function handOver(
  root: string,
  config: ContainerConfig,
  { descriptors }: RunningContainer,
): Promise<ProcessId> {
  const { id, spec } = config;
  return await startSupervisor({
    ...given('health', healthOrder(config)),
    ...{ root, id, descriptors },
    logging: spec.logging ?? { maxFile: 1 },
    stdinOnce: false,
    alone: spec.pid === 'private',
    finish: supervising(id),
    env: surroundings(root),
  });
}

/** What `tsstep supervise` needs of the environment that this container was made in. */
function surroundings(root: string): Record<string, string> {
  const kept = ['TSSTEP_RUN', 'TSSTEP_NOFILE'].map((name) => [name, process.env[name]] as const);
  const given = kept.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { TSSTEP_ROOT: root, ...Object.fromEntries(given) };
}
