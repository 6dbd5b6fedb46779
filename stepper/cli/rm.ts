/** `tsstep rm`: a container with all that was made for it, which its run's journal knows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf, TsstepError } from '../../core/errors.ts';
import { killProcess } from '../../core/host/process.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { isAlive } from '../../core/kernel/proc.ts';
import { isId } from '../../core/paths.ts';
import { killInit } from '../../core/perform/kill-init.ts';
import { findContainer, idNamed, readContainer } from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { namesOf, removeContainerFiles } from '../../core/store/remove.ts';
import { dueAtRemoval, hasDirectory, type Journalled, journalOf, recover } from '../recover.ts';
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
    const journalled = journalOf(root, id);
    if (journalled && isDriven(journalled)) {
      if (!force) throw notStopped(root, id, journalled);
      await stop(journalled);
    }
    await removeContainer(root, id, volumes);
    process.stdout.write(`${reference}\n`);
  });
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

const isDriven = ({ known, result }: Journalled): boolean =>
  result === undefined && isAlive(known.supervisor);

function notStopped(root: string, id: string, { known, started }: Journalled): TsstepError {
  const name = known.name ?? namesOf(root, id)[0] ?? shortId(id);
  if (started) {
    return new TsstepError({
      code: 'container-state',
      what: `cannot remove container "${name}": container is running`,
      why: 'its process, its network and its mounts are in use',
      remedy: `stop the container before removing it, or force: tsstep rm -f ${name}`,
    });
  }
  return new TsstepError({
    code: 'container-state',
    what: `cannot remove container "${name}": it is being created`,
    why: `tsstep, process ${known.supervisor.pid}, is at it, and may be waiting for somebody who steps through it`,
    remedy: `quit there, or force: tsstep rm -f ${name}`,
  });
}

/** How long a supervisor may take to tidy up after its container before it is killed as well. */
const PATIENCE_MILLISECONDS = 10_000;

/** Kills the container's process, or interrupts its creation. Its supervisor is alive, so it tidies up and ends by itself. */
async function stop({ known, started }: Journalled): Promise<void> {
  if (started) await killInit(known);
  else tolerating(['ESRCH'], () => process.kill(known.supervisor.pid, 'SIGTERM'));
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (isAlive(known.supervisor) && Date.now() < end) await sleep(10);
  await killProcess(known.supervisor);
}

/**
 * Removes one that does not run. With --rm, or interrupted, the supervisor may have removed it all: then there is no journal any
 * more, and no file. As with docker, anonymous volumes of a container that was there go only when they are asked for.
 */
export async function removeContainer(root: string, id: string, volumes: boolean): Promise<void> {
  const container = readContainer(root, id);
  const journalled = journalOf(root, id);
  if (journalled && !isDriven(journalled)) {
    const wasThere = journalled.started || container?.state.status === 'created';
    const keepVolumes = !volumes && wasThere;
    const { problems } = await recover(journalled, dueAtRemoval(journalled), { keepVolumes });
    const [first, ...others] = problems;
    for (const { failure } of others) process.stderr.write(failureText(failure));
    if (first) throw new TsstepError(first.failure);
  }
  await removeContainerFiles(root, id);
  if (container) recordContainer(root, container.config, 'destroy');
}
