/** Waiting for what a container's supervisor does: it says nothing to us, but it writes state.json. */
import { watch } from 'node:fs';
import { tolerating } from '../../core/kernel/errno.ts';
import { containerFiles } from '../../core/paths.ts';
import { type ContainerState, readContainer } from '../../core/store/containers.ts';

/** Milliseconds. A supervisor that is killed writes nothing: that is seen by looking again. */
const LOOK_AGAIN = 500;

/**
 * Waits until `holds` says so of the container's state; undefined: it is gone, which settles everything.
 * @returns the last state that was seen, and whether it is gone now
 */
export async function stateWhen(
  root: string,
  id: string,
  holds: (state: ContainerState) => boolean,
  signal?: AbortSignal,
): Promise<{ state: ContainerState | undefined; gone: boolean }> {
  const { directory } = containerFiles(root, id);
  let seen: ContainerState | undefined;
  return await new Promise((resolve) => {
    const watcher = tolerating(['ENOENT'], () => watch(directory, look));
    const timer = setInterval(look, LOOK_AGAIN);
    signal?.addEventListener('abort', () => done(false));
    watcher?.on('error', look);
    look();

    function look() {
      const state = readContainer(root, id)?.state;
      seen = state ?? seen;
      if (state === undefined || holds(state)) done(state === undefined);
    }

    function done(gone: boolean) {
      clearInterval(timer);
      watcher?.close();
      resolve({ state: seen, gone });
    }
  });
}

/** Nothing of it runs, and nobody is about to change that. */
export const isSettled = ({ status }: ContainerState): boolean =>
  status === 'exited' || status === 'created' || status === 'dead';
