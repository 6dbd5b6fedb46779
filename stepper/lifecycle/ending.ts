/** The end of a container's process: everything that falls due is taken back, and written down. */
import { readFileSync } from 'node:fs';
import { readLayout } from '../../core/cgroup/layout.ts';
import { wasOomKilled } from '../../core/cgroup/oom.ts';
import { tolerating } from '../../core/kernel/errno.ts';
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
import { removeContainerFiles } from '../../core/store/remove.ts';
import { startsAgain } from '../../core/store/restart-policy.ts';
import { recordMounts } from '../../core/store/volumes.ts';
import { dueAtRemoval, isWhole, journalsOf } from '../journals.ts';
import { type Ended, recover } from '../recover.ts';
import type { UndoMoment, UndoProblem } from '../session/session.ts';

/** What its supervisor has seen; undefined: it was killed before it could write that down. */
export function readExit(root: string, id: string): (Exit & { at: string }) | undefined {
  const text = tolerating(['ENOENT'], () => readFileSync(containerFiles(root, id).exit, 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as Exit & { at: string });
}

/** Of all sessions of the container, the newest first. @param except the run that is at it by itself */
export async function takeBack(
  root: string,
  id: string,
  moments: readonly UndoMoment[],
  ended: Ended,
  except?: string,
): Promise<UndoProblem[]> {
  const problems: UndoProblem[] = [];
  for (const journalled of journalsOf(root, id).filter(({ run }) => run !== except))
    problems.push(...(await recover(journalled, moments, ended)).problems);
  return problems;
}

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

/** Nothing of it runs any more. `change` may say that it will be back. */
export async function writeExited(
  root: string,
  { config }: Container,
  exit: Exit,
  change: StateChange,
): Promise<void> {
  // Before whoever waits for the state goes on: docker's order is die, stop, destroy.
  recordContainer(root, config, 'die', { exitCode: String(exit.code) });
  recordMounts(root, config.id, 'unmount');
  await withContainerLock(root, config.id, () =>
    changeState(root, config.id, {
      status: 'exited',
      exitCode: exit.code,
      finishedAt: new Date().toISOString(),
      process: undefined,
      ports: undefined,
      networks: undefined,
      pausedAt: undefined,
      ...change,
    }),
  );
}

/**
 * The end of a container whose supervisor was killed: how it ended is read before anything is taken back, and written down after.
 * undefined: there is no such container
 */
export function endUnseen(root: string, id: string, init: ProcessId | undefined) {
  const container = readContainer(root, id);
  if (!container) return undefined;
  const killedNow = init !== undefined && isAlive(init);
  // Between two starts by its policy, the end that it had is known.
  const known = container.state.exitCode ?? UNSEEN;
  const exit: Exit = readExit(root, id) ?? { code: killedNow ? 137 : known };
  const write = async () => {
    const now = readContainer(root, id);
    if (now?.state.status !== 'dead') return;
    const hasRun = now.state.startedAt !== undefined;
    const change: StateChange = hasRun
      ? { error: 'the tsstep that supervised it was killed' }
      : { status: 'created', exitCode: undefined, finishedAt: undefined };
    await writeExited(root, now, exit, change);
  };
  return { exit, write };
}

/**
 * Everything of it, from its journals and what they do not know. `keepVolumes`: as with docker, its anonymous volumes stay, for
 * `volume rm`, unless it never came into being.
 */
export async function removeContainer(
  root: string,
  id: string,
  { keepVolumes = false } = {},
): Promise<UndoProblem[]> {
  const config = readContainer(root, id)?.config;
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
