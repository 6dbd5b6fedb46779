/** Leaving a container to a process of its own, which outlives this one. */
import { ownCommand } from '../../core/host/program-files.ts';
import type { ProcessId } from '../../core/known.ts';
import type { RunningContainer } from '../../core/machine.ts';
import type { ContainerConfig } from '../../core/store/config.ts';
import { startSupervisor } from '../../core/supervisor/start.ts';

/** The words of the command that takes back, and starts again, what a supervisor has seen ending. */
export const supervising = (id: string): string[] => [...ownCommand(), 'supervise', id];

/** @returns the supervisor, which has everything when this settles */
export async function handOver(
  root: string,
  { id, spec }: ContainerConfig,
  { descriptors }: RunningContainer,
): Promise<ProcessId> {
  return await startSupervisor({
    root,
    id,
    descriptors,
    ...(spec.logging && { logging: spec.logging }),
    openStdin: spec.interactive,
    finish: supervising(id),
  });
}
