/**
 * What follows when a detached container's process has ended: its supervisor, which knows little and is small for that, starts
 * `tsstep supervise ID`. That takes back what falls due, and starts the container again where its policy says so.
 */
import { rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tolerating } from '../../core/kernel/errno.ts';
import { bootId, thisProcess } from '../../core/kernel/proc.ts';
import type { Exit } from '../../core/machine.ts';
import { containerFiles } from '../../core/paths.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { type Container, changeState, readContainer, UNSEEN } from '../../core/store/containers.ts';
import { nextWait } from '../../core/store/restart-policy.ts';
import { showProblems } from '../show-failure.ts';
import { isDueAgain, readExit, removeContainer, seeOom, takeBack, writeExited } from './ending.ts';
import { startAgain } from './start.ts';
import { TAKEN_OVER } from './supervising.ts';

/** To whoever waits on the other end: from now on this process brings the container on. */
const saysReady = (): void => void tolerating(['EBADF', 'EPIPE'], () => writeSync(TAKEN_OVER, 'ready\n'));

export async function supervise(root: string, id: string): Promise<number> {
  // Signals are for whoever waits here: `stop` sends one to cut a wait short.
  const woken = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => woken.abort());
  await withContainerLock(root, id, () =>
    changeState(root, id, { supervisor: thisProcess(), boot: bootId() }),
  );
  saysReady();
  const container = readContainer(root, id);
  if (!container) return 0;
  const exit = readExit(root, id) ?? { code: UNSEEN };
  const oomKilled = seeOom(container, root);
  const ended = { result: 'exited', code: exit.code } as const;
  showProblems(await takeBack(root, id, ['exit'], ended));
  rmSync(containerFiles(root, id).exit, { force: true });
  if (container.config.spec.rm) {
    await writeExited(root, container, exit, { oomKilled, status: 'removing' });
    showProblems(await removeContainer(root, id));
    return 0;
  }
  // Read again: somebody may have stopped it while things were taken back.
  const now = readContainer(root, id) ?? container;
  if (!isDueAgain(now, exit)) {
    await writeExited(root, container, exit, { oomKilled });
    return 0;
  }
  return await restart(root, now, exit, oomKilled, woken.signal);
}

async function restart(
  root: string,
  container: Container,
  exit: Exit,
  oomKilled: boolean,
  woken: AbortSignal,
): Promise<number> {
  const { id } = container.config;
  const { startedAt, waited = 0, restartCount = 0 } = container.state;
  const wait = nextWait(waited, Date.now() - Date.parse(startedAt ?? new Date().toISOString()));
  await writeExited(root, container, exit, {
    ...{ status: 'restarting', oomKilled, waited: wait, restartCount: restartCount + 1 },
  });
  await sleep(wait, undefined, { signal: woken }).catch(() => undefined);
  const claimed = await withContainerLock(root, id, () => {
    const stopped = readContainer(root, id)?.state.stopped === true;
    changeState(root, id, { status: stopped ? 'exited' : 'creating' });
    return !stopped;
  });
  return claimed ? await startAgain(root, id) : 0;
}
