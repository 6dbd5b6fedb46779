import { withContainerLock } from '../../core/store/container-lock.ts';
import { type Container, changeState, readLocked } from '../../core/store/containers.ts';
import { recordContainer } from '../../core/store/lifecycle-log.ts';
import { requireState } from '../../core/store/states.ts';

/**
 * Freezing takes its time, and whoever brings the container on writes without the lock: nothing but its status is written over.
 * @param act on its processes @throws TsstepError container-state, no-such-container
 */
export async function changePause(
  root: string,
  id: string,
  verb: 'pause' | 'unpause',
  act: (container: Container) => void | Promise<void>,
): Promise<void> {
  await withContainerLock(root, id, async () => {
    const container = readLocked(root, id);
    requireState(container, verb);
    await act(container);
    changeState(root, id, { status: verb === 'pause' ? 'paused' : 'running' });
    recordContainer(root, container.config, verb);
  });
}
