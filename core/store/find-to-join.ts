import { readFileSync } from 'node:fs';
import { isFrozen } from '../cgroup/freezer.ts';
import type { CgroupLayout } from '../cgroup/layout.ts';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
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
  if (state.process && isAlive(state.process)) {
    const nofile = openFilesOf(state.process.pid);
    return { id: config.id, ...state.process, ...(nofile && { nofile }) };
  }
  throw new TsstepError({
    code: 'container-state',
    what: `cannot exec in container "${config.name}": its process has just ended`,
    why: 'a container lives as long as its first process, and its supervisor is about to write down how that ended',
    remedy: `tsstep start ${config.name}`,
  });
}

/** proc_pid_limits(5); undefined: it has just ended. */
function openFilesOf(pid: number): Peer['nofile'] {
  const text = tolerating(['ENOENT', 'ESRCH'], () => readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? '';
  const [, soft, hard] = /^Max open files +(\S+) +(\S+)/m.exec(text) ?? [];
  const limit = (word: string) => (word === 'unlimited' ? -1 : Number(word));
  return soft === undefined || hard === undefined ? undefined : { soft: limit(soft), hard: limit(hard) };
}
