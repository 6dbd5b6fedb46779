/** The end of a container's process: everything that falls due is taken back, and written down. */
import { rmSync } from 'node:fs';
import { readLayout } from '../../core/cgroup/layout.ts';
import { wasOomKilled } from '../../core/cgroup/oom.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import type { ProcessId } from '../../core/known.ts';
import type { Exit } from '../../core/machine.ts';
import { containerFiles } from '../../core/paths.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import {
  type Container,
  changeState,
  readContainer,
  type StateChange,
  UNSEEN,
} from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { recordNetworks } from '../../core/store/network-events.ts';
import { removeContainerFiles } from '../../core/store/remove.ts';
import { startsAgain } from '../../core/store/restart-policy.ts';
import { recordMounts } from '../../core/store/volumes.ts';
import { readExit } from '../../core/supervisor/exit-status.ts';
import { dueAtRemoval, isWhole, type Journalled, journalsOf } from '../journals.ts';
import { type Ended, recover } from '../recover.ts';
import type { UndoMoment, UndoProblem } from '../session/session.ts';

/** Of all sessions of the container, the newest first. @param except the run that is at it by itself */
export async function takeBack(
  root: string,
  id: string,
  moments: readonly UndoMoment[],
  ended: Ended,
  except?: string,
): Promise<UndoProblem[]> {
  const problems: UndoProblem[] = [];
  for (const journalled of journalsOf(root, id).filter(({ run }) => run !== except)) {
    // Somebody is just putting it into a network: that session finds out by itself, and takes its own back.
    if (isUnderWay(journalled)) continue;
    problems.push(...(await recover(journalled, moments, ended)).problems);
  }
  return problems;
}

const isUnderWay = ({ beside, result, known }: Journalled): boolean =>
  beside && result === undefined && isAlive(known.supervisor);

/** Whether its policy brings it back, now that it ended so. */
export function isDueAgain({ config, state }: Container, exit: Exit): boolean {
  const { restartCount = 0, stopped = false } = state;
  return startsAgain(config.spec.restart, { exitCode: exit.code, stopped, restartCount });
}

/** To be asked while its cgroup is still there. */
export function seeOom({ config }: Container, root: string): boolean {
  const oomKilled = wasOomKilled(readLayout(), config.id);
  if (oomKilled) recordContainer(root, config, 'oom');
  return oomKilled;
}

/**
 * Nothing of it runs any more. The caller holds its lock.
 * @param change may say that it will be back
 */
export function markExited(root: string, { config }: Container, exit: Exit, change: StateChange): void {
  // Before whoever waits for the state goes on: docker's order is die, stop, destroy.
  recordContainer(root, config, 'die', { exitCode: String(exit.code) });
  recordNetworks(root, config.id, 'disconnect');
  recordMounts(root, config.id, 'unmount');
  changeState(root, config.id, {
    status: 'exited',
    exitCode: exit.code,
    finishedAt: new Date().toISOString(),
    process: undefined,
    ports: undefined,
    networks: undefined,
    pausedAt: undefined,
    ...change,
  });
  // It is about this life of the container only.
  rmSync(containerFiles(root, config.id).exit, { force: true });
}

/** @see markExited; takes the lock */
export async function writeExited(
  root: string,
  container: Container,
  exit: Exit,
  change: StateChange,
): Promise<void> {
  await withContainerLock(root, container.config.id, () => markExited(root, container, exit, change));
}

/**
 * The end of a container whose supervisor was killed: how it ended is read before anything is taken back, and written down after.
 * The caller holds its lock. undefined: there is no such container
 */
export function endUnseen(root: string, id: string, init: ProcessId | undefined) {
  const container = readContainer(root, id);
  if (!container) return undefined;
  const killedNow = init !== undefined && isAlive(init);
  // Between two starts by its policy, the end that it had is known.
  const known = container.state.exitCode ?? UNSEEN;
  const exit: Exit = readExit(containerFiles(root, id).exit) ?? { code: killedNow ? 137 : known };
  const write = () => {
    const now = readContainer(root, id);
    if (now?.state.status !== 'dead') return;
    const hasRun = now.state.startedAt !== undefined;
    const change: StateChange = hasRun
      ? { error: 'the tsstep that supervised it was killed' }
      : { status: 'created', exitCode: undefined, finishedAt: undefined };
    markExited(root, now, exit, change);
  };
  return { exit, write };
}

/**
 * Everything of it, from its journals and what they do not know. `keepVolumes`: as with docker, its anonymous volumes stay, for
 * `volume rm`, unless it never came into being. `config`: its files may be gone already.
 */
export async function removeContainer(
  root: string,
  id: string,
  { keepVolumes = false, config = readContainer(root, id)?.config } = {},
): Promise<UndoProblem[]> {
  const problems: UndoProblem[] = [];
  for (const journalled of journalsOf(root, id)) {
    const ended = { result: 'cleaned', code: 0 } as const;
    const kept = keepVolumes && isWhole(journalled);
    const due = dueAtRemoval(journalled);
    problems.push(...(await recover(journalled, due, ended, { keepVolumes: kept })).problems);
  }
  if (problems.length > 0) return problems;
  await removeContainerFiles(root, id);
  if (config) recordContainer(root, config, 'destroy');
  return problems;
}
