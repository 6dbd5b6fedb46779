/** Ending a container's process from outside: a signal, patience, SIGKILL. Its supervisor does the rest, and is waited for. */
import { thaw } from '../../core/cgroup/freezer.ts';
import { readLayout } from '../../core/cgroup/layout.ts';
import { killProcess } from '../../core/host/process.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import { signalNumber, stopSignalOf } from '../../core/spec/signal.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import {
  type Container,
  type ContainerState,
  changeState,
  isUp,
  readContainer,
} from '../../core/store/containers.ts';
import { recordContainer, recordKill } from '../../core/store/lifecycle-log.ts';
import { requireState, type Verb } from '../../core/store/states.ts';
import { timerDelay } from '../../core/supervisor/timer-delay.ts';
import { isSettled, stateWhen } from './settled.ts';

/** Seconds; docker's. */
const PATIENCE = 10;

const hasEnded = ({ status }: ContainerState): boolean => status === 'exited' || status === 'created';

/** Somebody, or its policy, is just starting it. Who steps through it has to be asked first. */
const isStarting = ({ status, pausedAt }: ContainerState): boolean =>
  status === 'creating' && pausedAt === undefined;

/**
 * Marks it as stopped by a person, so that no policy brings it back. What is being started is waited for: what then runs is
 * meant. @returns undefined: there is nothing to stop @throws TsstepError container-state
 */
async function claim(root: string, { config }: Container, verb: Verb): Promise<Container | undefined> {
  for (;;) {
    await stateWhen(root, config.id, (state) => !isStarting(state));
    const claimed = await withContainerLock(root, config.id, () => {
      const now = readContainer(root, config.id);
      if (!now || (verb === 'stop' && hasEnded(now.state))) return undefined;
      if (isStarting(now.state)) return 'starting';
      requireState(now, verb);
      changeState(root, config.id, { stopped: true });
      return now;
    });
    if (claimed !== 'starting') return claimed;
  }
}

/** A frozen process takes no signal but when it is let go. @returns whether there was a process to signal */
function signal({ config, state }: Container, name: string): boolean {
  const { process: target } = state;
  if (!target || !isAlive(target)) return false;
  tolerating(['ESRCH'], () => process.kill(target.pid, signalNumber(name)));
  if (state.status === 'paused') thaw(readLayout(), config.id);
  return true;
}

/** Until its supervisor has taken everything back. */
async function untilSettled(root: string, id: string): Promise<void> {
  await stateWhen(root, id, (state) => isSettled(state));
}

/**
 * Ends a container; what does not run is ended already. @param seconds of patience; -1: without end
 * @throws TsstepError container-state
 */
export async function stop(root: string, container: Container, seconds?: number): Promise<void> {
  const claimed = await claim(root, container, 'stop');
  if (!claimed) return;
  const { config, state } = claimed;
  if (state.status === 'restarting') {
    if (isAlive(state.supervisor)) tolerating(['ESRCH'], () => process.kill(state.supervisor.pid, 'SIGTERM'));
  } else {
    await signalAndWait(root, claimed, seconds ?? config.spec.stopTimeout ?? PATIENCE);
  }
  await untilSettled(root, config.id);
  recordContainer(root, config, 'stop');
}

async function signalAndWait(root: string, container: Container, seconds: number): Promise<void> {
  const { config, state } = container;
  const name = stopSignalOf(container.config.stopSignal);
  recordKill(root, config, name);
  if (!signal(container, name)) return;
  const enough = seconds < 0 ? undefined : AbortSignal.timeout(timerDelay(seconds * 1000));
  const ended = (now: typeof state) => !isUp(now) || !state.process || !isAlive(state.process);
  await stateWhen(root, config.id, ended, enough);
  if (state.process && isAlive(state.process)) await killed(root, container);
}

async function killed(root: string, { config, state }: Container): Promise<void> {
  recordKill(root, config, 'SIGKILL');
  if (state.process) await killProcess(state.process, () => void thaw(readLayout(), config.id));
}

/** `tsstep kill`. With SIGKILL it is waited for, with others not. @throws TsstepError container-state */
export async function kill(root: string, container: Container, name: string): Promise<void> {
  const final = name === 'SIGKILL';
  if (container.state.status === 'restarting') {
    await stop(root, container, 0);
    return;
  }
  const claimed =
    final || name === stopSignalOf(container.config.stopSignal)
      ? await claim(root, container, 'kill')
      : container;
  if (!claimed) return;
  requireState(claimed, 'kill');
  if (final) {
    await killed(root, claimed);
    await untilSettled(root, claimed.config.id);
    return;
  }
  recordKill(root, claimed.config, name);
  signal(claimed, name);
}
