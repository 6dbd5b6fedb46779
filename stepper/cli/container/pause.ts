/** `tsstep pause` and `tsstep unpause`: all processes of a container, at once, by the freezer. */
import { freeze, thaw } from '../../../core/cgroup/freezer.ts';
import { readLayout } from '../../../core/cgroup/layout.ts';
import { TsstepError } from '../../../core/errors.ts';
import { type Container, findContainer } from '../../../core/store/containers.ts';
import { changePause } from '../../lifecycle/pause.ts';
import { forEach, openStateAsRoot } from '../state.ts';

type Verb = 'pause' | 'unpause';

export async function pause(references: readonly string[]): Promise<number> {
  return await each('pause', references, async ({ config }) => {
    if (!(await freeze(readLayout(), config.id))) throw noFreezer(config.name);
  });
}

export async function unpause(references: readonly string[]): Promise<number> {
  return await each('unpause', references, ({ config }) => void thaw(readLayout(), config.id));
}

/** Prints each name. @throws TsstepError not-root */
async function each(
  verb: Verb,
  references: readonly string[],
  act: (container: Container) => void | Promise<void>,
): Promise<number> {
  const { root } = openStateAsRoot(verb);
  return await forEach(references, async (reference) => {
    await changePause(root, findContainer(root, reference).config.id, verb, act);
    process.stdout.write(`${reference}\n`);
  });
}

function noFreezer(name: string): TsstepError {
  return new TsstepError({
    code: 'cgroup',
    what: `cannot pause container "${name}"`,
    why: 'this machine has no freezer for it, or a process of it waits for a device and cannot be stopped',
    remedy: 'cgroup v2, or v1 with the freezer controller, is needed: tsstep doctor',
  });
}
