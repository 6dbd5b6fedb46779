import type { Known } from '../../core/known.ts';
import { endpointsIn } from '../../core/network/endpoint-state.ts';
import type { Spec } from '../../core/spec/types.ts';
import type { StateChange } from '../../core/store/containers.ts';

/** What state.json says of a container whose process runs. */
export function runningState(spec: Spec, known: Known): StateChange {
  return {
    status: 'running',
    startedAt: new Date().toISOString(),
    process: known.init,
    ports: known.ports,
    networks: endpointsIn(spec, known),
    exitCode: undefined,
    oomKilled: undefined,
    error: undefined,
    pausedAt: undefined,
  };
}
