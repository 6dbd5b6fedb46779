/** `tsstep rm`: a container with all that was made for it, which its run's journal knows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf, TsstepError } from '../../core/errors.ts';
import { killProcess } from '../../core/host/process.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import { isId } from '../../core/paths.ts';
import { findContainer, idNamed, isActive, readContainer } from '../../core/store/containers.ts';
import { namesOf } from '../../core/store/remove.ts';
import { hasDirectory, isLiving, journalOf, journalsOf } from '../journals.ts';
import { removeStopped } from '../lifecycle/removal.ts';
import { stateWhen } from '../lifecycle/settled.ts';
import { kill } from '../lifecycle/stop.ts';
import { failureText } from '../show-failure.ts';
import { shortId } from './format/text.ts';
import { forEach, openStateAsRoot } from './state.ts';

export async function rm(
  references: readonly string[],
  { force = false, volumes = false }: { force?: boolean; volumes?: boolean },
): Promise<number> {
  const { root } = openStateAsRoot('rm');
  return await forEach(references, async (reference) => {
    const id = force ? identifyOrSay(root, reference) : identify(root, reference);
    if (id === undefined) return;
    if (force && isDriven(root, id)) await endIt(root, id);
    else if (isMade(root, id)) throw isCreated(root, id);
    if (!force || !(await goesByItself(root, id))) await remove(root, id, volumes);
    process.stdout.write(`${reference}\n`);
  });
}

async function remove(root: string, id: string, volumes: boolean): Promise<void> {
  const [first, ...others] = await removeStopped(root, id, { keepVolumes: !volumes });
  for (const { failure } of others) process.stderr.write(failureText(failure));
  if (first) throw new TsstepError(first.failure);
}

/** With --rm, whoever supervised it removes it now that it has ended: that is waited for. @returns whether it is gone */
async function goesByItself(root: string, id: string): Promise<boolean> {
  const container = readContainer(root, id);
  if (!container?.config.spec.rm || container.state.status !== 'removing') return false;
  return (await stateWhen(root, id, ({ status }) => status === 'dead')).gone;
}

/** A container that never got as far as its configuration has only its name's link, or its directory. */
function identify(root: string, reference: string): string {
  try {
    return findContainer(root, reference).config.id;
  } catch (error) {
    const id = idNamed(root, reference.replace(/^\//, '')) ?? reference;
    if (isId(id) && (id !== reference || hasDirectory(root, id))) return id;
    throw error;
  }
}

/** With -f, as with docker since 20.10, what is gone already is no failure: scripts tidy up so. */
function identifyOrSay(root: string, reference: string): string | undefined {
  try {
    return identify(root, reference);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code !== 'no-such-container') throw error;
    process.stderr.write(failureText(failure));
    return undefined;
  }
}

/** Whether somebody makes it, or keeps it running. */
const isDriven = (root: string, id: string): boolean => journalsOf(root, id).some(isLiving);

/** It is on its way to its first state, or to the next. */
const isMade = (root: string, id: string): boolean =>
  isDriven(root, id) && (readContainer(root, id)?.state.status ?? 'creating') === 'creating';

function isCreated(root: string, id: string): TsstepError {
  const name = readContainer(root, id)?.config.name ?? namesOf(root, id)[0] ?? shortId(id);
  return new TsstepError({
    code: 'container-state',
    what: `cannot remove container "${name}": it is being created`,
    why: `tsstep, process ${journalOf(root, id)?.known.supervisor.pid}, is at it, and may be waiting for somebody who steps through it`,
    remedy: `quit there, or force: tsstep rm -f ${name}`,
  });
}

/** How long a supervisor may take to tidy up after its container before it is killed as well. */
const PATIENCE_MILLISECONDS = 10_000;

/** Kills the container's process, or interrupts its creation. Whoever brings it on is alive, and tidies up by itself. */
async function endIt(root: string, id: string): Promise<void> {
  const container = readContainer(root, id);
  if (container && isActive(container.state)) {
    await kill(root, container, 'SIGKILL').catch((error: unknown) => {
      // It has ended by itself meanwhile, or somebody else was quicker.
      if (!['container-state', 'no-such-container'].includes(failureOf(error).code)) throw error;
    });
    return;
  }
  const maker = container?.state.supervisor ?? journalOf(root, id)?.known.supervisor;
  // One that was kept has a maker that ended long ago: its pid may be anybody's.
  if (!maker || !isAlive(maker)) return;
  tolerating(['ESRCH'], () => process.kill(maker.pid, 'SIGTERM'));
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (isAlive(maker) && Date.now() < end) await sleep(10);
  await killProcess(maker);
}
