/** `tsstep wait`. */
import { findContainer, readContainer, UNSEEN } from '../../core/store/containers.ts';
import { stateWhen } from '../lifecycle/settled.ts';
import { forEach, openStateAsRoot } from './state.ts';

/** One after the other, as docker does: each exit code on a line. What does not run has ended already. */
export async function waitForAll(references: readonly string[]): Promise<number> {
  const { root } = openStateAsRoot('wait');
  return await forEach(references, async (reference) => {
    const { config } = findContainer(root, reference);
    const { state } = await stateWhen(
      root,
      config.id,
      ({ status }) => !['creating', 'running', 'paused'].includes(status),
    );
    const last = readContainer(root, config.id)?.state ?? state;
    const code = last?.status === 'created' ? 0 : (last?.exitCode ?? UNSEEN);
    process.stdout.write(`${code}\n`);
  });
}
