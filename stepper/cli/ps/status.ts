/** The STATUS column. */
import type { ContainerState } from '../../../core/store/containers.ts';
import { type Health, healthText } from '../../../core/supervisor/health-file.ts';
import { since } from '../format/duration.ts';

/** Docker's words; `paused at network` is tsstep's: its creation waits there. `health`: absent where nothing looks after it. */
export function statusText(state: ContainerState, now: number, health?: Pick<Health, 'Status'>): string {
  const { status, startedAt, finishedAt, exitCode = 0, pausedAt } = state;
  const ago = `${since(finishedAt ?? new Date(now).toISOString(), now)} ago`;
  const up = `Up ${since(startedAt ?? new Date(now).toISOString(), now)}`;
  switch (status) {
    case 'running':
      return health === undefined ? up : `${up} (${healthText(health)})`;
    case 'paused':
      return `${up} (Paused)`;
    case 'restarting':
      return `Restarting (${exitCode}) ${ago}`;
    case 'exited':
      return `Exited (${exitCode}) ${ago}`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'creating':
    case 'created':
      return pausedAt === undefined ? 'Created' : `Created (paused at ${pausedAt})`;
  }
}
