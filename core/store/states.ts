/** Which state of a container allows what. A person who asks for more gets told both states. */
import { TsstepError } from '../errors.ts';
import type { Container, Status } from './containers.ts';

export type Verb =
  | 'start'
  | 'stop'
  | 'kill'
  | 'pause'
  | 'unpause'
  | 'exec in'
  | 'look into'
  | 'attach to'
  | 'update'
  | 'rename'
  | 'remove';

interface Transition {
  from: readonly Status[];
  /** The state that it leads to; absent: it stays in its state. */
  to?: Status;
}

const settled = ['created', 'exited'] as const;
const alive = ['running', 'paused'] as const;

export const transitions: Readonly<Record<Verb, Transition>> = {
  start: { from: settled, to: 'running' },
  stop: { from: [...alive, 'restarting'], to: 'exited' },
  kill: { from: [...alive, 'restarting'], to: 'exited' },
  pause: { from: ['running'], to: 'paused' },
  unpause: { from: ['paused'], to: 'running' },
  'exec in': { from: ['running'] },
  'look into': { from: alive },
  'attach to': { from: ['running'] },
  update: { from: [...settled, ...alive, 'restarting'] },
  rename: { from: [...settled, ...alive, 'restarting', 'dead'] },
  remove: { from: [...settled, 'dead'], to: 'removing' },
};

/** @throws TsstepError container-state: it names the state that the container is in, and those that it would have to be in */
export function requireState({ config, state }: Container, verb: Verb): void {
  const { from, to } = transitions[verb];
  if (from.includes(state.status)) return;
  const wanted = from.join(' or ');
  const { status } = state;
  // One whose tsstep was killed while it waited is dead, wherever that was.
  const pausedAt = status === 'creating' ? state.pausedAt : undefined;
  throw new TsstepError({
    code: 'container-state',
    what: `cannot ${verb} container "${config.name}": it is ${status}${pausedAt === undefined ? '' : ` (paused at ${pausedAt})`}`,
    why:
      to && to !== status
        ? `from ${status} no way leads to ${to}: it would have to be ${wanted}`
        : `it would have to be ${wanted}`,
    remedy:
      pausedAt === undefined
        ? remedyFor(status, config.name)
        : `go on where it is stepped through, or tsstep rm -f ${config.name}`,
  });
}

const remedies: Readonly<Record<Status, (name: string) => string>> = {
  creating: (name) => `wait until it is there, or rm -f ${name}`,
  created: (name) => `tsstep start ${name}`,
  running: (name) => `tsstep stop ${name}`,
  paused: (name) => `tsstep unpause ${name}`,
  restarting: (name) => `wait for its next start, or tsstep stop ${name}`,
  removing: () => 'it is about to be gone: tsstep ps -a',
  exited: (name) => `tsstep start ${name}`,
  dead: () => 'tsstep clean',
};

const remedyFor = (status: Status, name: string): string => remedies[status](name);
