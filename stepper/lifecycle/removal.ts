/** Removing a container: whoever claims it first does, and nobody can start it meanwhile. */
import { TsstepError } from '../../core/errors.ts';
import { bootId, thisProcess } from '../../core/kernel/proc.ts';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { changeState, readContainer, type Status } from '../../core/store/containers.ts';
import type { UndoProblem } from '../session/session.ts';
import { removeContainer } from './ending.ts';

const removable: ReadonlySet<Status> = new Set(['created', 'exited', 'dead']);

interface Removal {
  /** As with docker, anonymous volumes stay. */
  keepVolumes: boolean;
}

/**
 * Removes a container that does not run. One that was never written down, or only half, has no state and nobody to ask.
 * @throws TsstepError container-state, no-such-container
 */
export async function removeStopped(root: string, id: string, removal: Removal): Promise<UndoProblem[]> {
  if (readContainer(root, id)) {
    await withContainerLock(root, id, () => {
      const now = readContainer(root, id);
      if (!now) return;
      if (!removable.has(now.state.status)) throw notRemovable(now.config.name, now.state.status);
      changeState(root, id, { status: 'removing', supervisor: thisProcess(), boot: bootId() });
    });
  }
  return await removeContainer(root, id, removal);
}

function notRemovable(name: string, status: Status): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what:
      status === 'removing'
        ? `removal of container "${name}" is already in progress`
        : `cannot remove container "${name}": container is ${status}`,
    why:
      status === 'removing'
        ? 'another tsstep is at it'
        : 'its process, its network and its mounts are in use, or soon will be',
    remedy:
      status === 'removing'
        ? 'tsstep ps -a'
        : `stop the container before removing it, or force: tsstep rm -f ${name}`,
  });
}
