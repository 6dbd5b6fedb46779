import { isAlive } from '../../../core/kernel/proc.ts';
import { type Container, type ContainerState, isActive } from '../../../core/store/containers.ts';
import type { Health } from '../../../core/supervisor/health-file.ts';
import type { Journalled } from '../../journals.ts';
import { stateText } from '../ps/columns.ts';
import { omitted } from '../template/go-values.ts';

/** What Go's zero time looks like: docker has no null here. */
const NEVER = '0001-01-01T00:00:00Z';

/** Docker's 0 where nothing runs. A kept container's init waits, and has its namespaces. */
export function pidOf(state: ContainerState, journalled: Journalled | undefined): number {
  const process = state.process ?? journalled?.known.init;
  const over = state.status === 'exited' || !process || !isAlive(process);
  return over ? 0 : process.pid;
}

/** Docker's `State`. */
export function stateOf(container: Container, pid: number, health: Health | undefined) {
  const { state } = container;
  const { status, exitCode = 0, oomKilled = false, startedAt, finishedAt, error = '' } = state;
  return {
    Status: stateText(container),
    // As with docker what is paused or about to start again counts as running.
    Running: isActive(state),
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: oomKilled,
    Dead: status === 'dead',
    Pid: pid,
    ExitCode: exitCode,
    Error: error,
    StartedAt: startedAt ?? NEVER,
    FinishedAt: finishedAt ?? NEVER,
    Health: health ?? omitted,
  };
}
