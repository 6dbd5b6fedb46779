import { isFrozen } from '../cgroup/freezer.ts';
import type { CgroupLayout } from '../cgroup/layout.ts';
import { TsstepError } from '../errors.ts';
import { isAlive } from '../kernel/proc.ts';
import type { Peer } from '../known.ts';
import { findContainer } from './containers.ts';
import { requireState } from './states.ts';

/** The first process of a container that a command can be executed in. @throws TsstepError container-state */
export function findToJoin(root: string, reference: string, layout: CgroupLayout): Peer {
  const container = findContainer(root, reference);
  requireState(container, 'exec in');
  const { config, state } = container;
  if (isFrozen(layout, config.id))
    requireState({ ...container, state: { ...state, status: 'paused' } }, 'exec in');
  if (state.process && isAlive(state.process)) return { id: config.id, ...state.process };
  throw new TsstepError({
    code: 'container-state',
    what: `cannot exec in container "${config.name}": its process has just ended`,
    why: 'a container lives as long as its first process, and its supervisor is about to write down how that ended',
    remedy: `tsstep start ${config.name}`,
  });
}
