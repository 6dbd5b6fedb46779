/**
 * One change at a time of a container that runs. A person may step through it, so the container's own lock is not held meanwhile:
 * whoever has to stop the container, or to write down that it has ended, waits for that one.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { TsstepError } from '../core/errors.ts';
import { tolerating } from '../core/kernel/errno.ts';
import { takeLock } from '../core/kernel/fs.ts';
import { isAlive } from '../core/kernel/proc.ts';
import { containerFiles } from '../core/paths.ts';
import type { Container } from '../core/store/containers.ts';
import { noSuchContainer } from '../core/store/no-such-container.ts';
import { dueAfterCrash, type Journalled, journalsOf } from './journals.ts';
import { recover } from './recover.ts';
import { showProblems } from './show-failure.ts';

/** Milliseconds: a script that connects twice at once gets its turn; behind somebody who steps nobody waits. */
const PATIENCE = 5000;

/**
 * Two at once would give one name to two cables, and write back each other's limits. @param what of the container: "networks"
 * @throws TsstepError container-state, no-such-container
 */
export async function whileNobodyElse<T>(
  root: string,
  { config }: Container,
  what: string,
  change: () => Promise<T>,
): Promise<T> {
  const unlock = await lock(root, config.id);
  if (!unlock)
    throw new TsstepError({
      code: 'container-state',
      what: `the ${what} of "${config.name}" cannot be changed now`,
      why: 'another tsstep is changing the container, and may be waiting for somebody who steps through it',
      remedy: 'let that come to its end first',
      exit: 1,
    });
  try {
    await takeBackHalf(root, config.id);
    return await change();
  } finally {
    unlock();
  }
}

/** @returns undefined: others have it for longer than that */
async function lock(root: string, id: string): Promise<(() => void) | undefined> {
  const { directory } = containerFiles(root, id);
  const fd = tolerating(['ENOENT'], () => openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY));
  if (fd === undefined) throw noSuchContainer(id);
  try {
    // By its number: under a name that is gone, a lock makes a directory again.
    return await takeLock(`/proc/self/fd/${fd}/changing`, 'exclusive', PATIENCE);
  } finally {
    closeSync(fd);
  }
}

/** What was killed, or kept as it was, is half made: it would be in the way, and be taken for ours. */
async function takeBackHalf(root: string, id: string): Promise<void> {
  for (const journalled of journalsOf(root, id).filter(isHalf)) {
    const { problems } = await recover(journalled, dueAfterCrash(journalled), { result: 'cleaned', code: 1 });
    showProblems(problems);
  }
}

const isHalf = ({ beside, result, known }: Journalled): boolean =>
  beside && (result === undefined || result === 'kept') && !isAlive(known.supervisor);
