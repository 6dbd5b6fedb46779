import type { Known } from '../../core/known.ts';
import type { StateChange } from '../../core/store/containers.ts';

/** What state.json says of a container whose process runs. */
export function runningState({ init, ports, lease }: Known, startedAt: string): StateChange {
  return {
    status: 'running',
    startedAt,
    process: init,
    ports,
    address: lease?.address,
    gateway: lease?.gateway,
    mac: lease?.mac,
    finishedAt: undefined,
    exitCode: undefined,
    oomKilled: undefined,
    error: undefined,
    pausedAt: undefined,
  };
}
