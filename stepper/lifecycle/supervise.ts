/**
 * What follows when a detached container's process has ended: its supervisor, which knows little and is small for that, starts
 * `tsstep supervise ID`. That takes back what falls due, and starts the container again where its policy says so.
 */
import { fstatSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tolerating } from '../../core/kernel/errno.ts';
import { bootId, isAlive, thisProcess } from '../../core/kernel/proc.ts';
import type { Exit } from '../../core/machine.ts';
import { containerFiles } from '../../core/paths.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { type Container, changeState, readContainer, UNSEEN } from '../../core/store/containers.ts';
import { nextWait } from '../../core/store/restart-policy.ts';
import { readExit } from '../../core/supervisor/exit-status.ts';
import { showProblems } from '../show-failure.ts';
import { isDueAgain, markExited, removeContainer, seeOom, takeBack } from './ending.ts';
import { startAgain } from './start.ts';
import { TAKEN_OVER } from './supervising.ts';

/** To whoever waits on the other end: from now on this process brings the container on. */
function saysReady(): void {
  // Typed by hand, the number may be anything of Node's own.
  const isPipe = tolerating(
    ['EBADF'],
    () => fstatSync(TAKEN_OVER).isFIFO() || fstatSync(TAKEN_OVER).isSocket(),
  );
  if (isPipe) tolerating(['EPIPE'], () => writeSync(TAKEN_OVER, 'ready\n'));
}

export async function supervise(root: string, id: string): Promise<number> {
  // Signals are for whoever waits here: `stop` sends one to cut a wait short.
  const woken = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => woken.abort());
  process.title = `tsstep-supervise ${id.slice(0, 12)}`;
  const container = await takeOver(root, id);
  saysReady();
  if (!container) return 0;
  const exit = readExit(containerFiles(root, id).exit) ?? { code: UNSEEN };
  const oomKilled = seeOom(container, root);
  showProblems(await takeBack(root, id, ['exit'], { result: 'exited', code: exit.code }));
  const next = await withContainerLock(root, id, () => writeEnd(root, id, exit, oomKilled));
  if (next === 'remove') showProblems(await removeContainer(root, id));
  if (typeof next !== 'number') return 0;
  await sleep(next, undefined, { signal: woken.signal }).catch(() => undefined);
  return (await claim(root, id)) ? await startAgain(root, id) : 0;
}

/** Only of one whose process has ended, and that nobody else has taken over. */
async function takeOver(root: string, id: string): Promise<Container | undefined> {
  return await withContainerLock(root, id, () => {
    const container = readContainer(root, id);
    // `dead`: the supervisor that has started this one was quicker to end.
    const isUp = ['running', 'paused', 'dead'].includes(container?.state.status ?? '');
    const { process } = container?.state ?? {};
    if (!container || !isUp || (process && isAlive(process))) return undefined;
    changeState(root, id, { supervisor: thisProcess(), boot: bootId() });
    return container;
  });
}

/**
 * In one step with what it stands on: somebody may have stopped it while things were taken back, and whoever stops it from now on
 * has to see that it is about to be started. @returns milliseconds until that
 */
function writeEnd(root: string, id: string, exit: Exit, oomKilled: boolean): number | 'remove' | 'nothing' {
  const container = readContainer(root, id);
  if (!container) return 'nothing';
  if (container.config.spec.rm) {
    markExited(root, container, exit, { oomKilled, status: 'removing' });
    return 'remove';
  }
  if (!isDueAgain(container, exit)) {
    markExited(root, container, exit, { oomKilled });
    return 'nothing';
  }
  const { startedAt, waited = 0, restartCount = 0 } = container.state;
  const wait = nextWait(waited, Date.now() - Date.parse(startedAt ?? new Date().toISOString()));
  const again = { waited: wait, restartCount: restartCount + 1 };
  markExited(root, container, exit, { oomKilled, status: 'restarting', ...again });
  return wait;
}

/** @returns false: a person has stopped it meanwhile */
async function claim(root: string, id: string): Promise<boolean> {
  return await withContainerLock(root, id, () => {
    const stopped = readContainer(root, id)?.state.stopped === true;
    changeState(root, id, { status: stopped ? 'exited' : 'creating' });
    return !stopped;
  });
}
