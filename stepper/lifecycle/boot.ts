/** What a daemon would do when it starts and when it stops: `tsstep system start` and `system stop`, for the machine's boot. */
import { failureOf } from '../../core/errors.ts';
import type { Places } from '../../core/known.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import {
  type Container,
  changeState,
  isActive,
  listContainers,
  readContainer,
} from '../../core/store/containers.ts';
import { startsAgain } from '../../core/store/restart-policy.ts';
import { type Cleaned, clean } from '../clean.ts';
import { showFailure } from '../show-failure.ts';
import { startQuietly } from './start.ts';
import { stop } from './stop.ts';

/** With always, what was stopped by a person comes back as well: docker's difference to unless-stopped. */
function isDue({ config, state }: Container): boolean {
  if (state.status !== 'exited') return false;
  const { restart } = config.spec;
  if (restart?.name === 'always') return true;
  const { exitCode = 0, stopped = false, restartCount = 0 } = state;
  return startsAgain(restart, { exitCode, stopped, restartCount });
}

export interface Started {
  cleaned: readonly Cleaned[];
  started: readonly string[];
  /** Names of those that were due and could not be started; it has been said why. */
  failed: readonly string[];
}

/** Finishes what the last boot has left, then starts what is due, the oldest first. */
export async function startDue(places: Places): Promise<Started> {
  const cleaned = await clean(places);
  const started: string[] = [];
  const failed: string[] = [];
  for (const { config } of listContainers(places.root).filter(isDue).toReversed()) {
    try {
      const code = await startQuietly(places.root, config.id);
      (code === 0 ? started : failed).push(config.name);
    } catch (error) {
      showFailure(failureOf(error));
      failed.push(config.name);
    }
  }
  return { cleaned, started, failed };
}

export interface Stopped {
  stopped: readonly string[];
  /** Names of those that could not be stopped; it has been said why. */
  failed: readonly string[];
}

/** With --rm it is gone by now. */
async function forgetStop(root: string, { config, state }: Container): Promise<void> {
  if (!readContainer(root, config.id)) return;
  await withContainerLock(root, config.id, () => changeState(root, config.id, { stopped: state.stopped }));
}

/** Stops what runs, without forgetting that it ran: `startDue` brings back what has a policy. */
export async function stopAllForNow(root: string): Promise<Stopped> {
  const running = listContainers(root).filter(({ state }) => isActive(state));
  const failed = new Set<string>();
  await Promise.all(
    running.map(async (container) => {
      try {
        await stop(root, container);
        await forgetStop(root, container);
      } catch (error) {
        showFailure(failureOf(error), container.config.name);
        failed.add(container.config.name);
      }
    }),
  );
  const names = running.map(({ config }) => config.name);
  return { stopped: names.filter((name) => !failed.has(name)), failed: [...failed] };
}
