/** Which state of a container allows what. A person who asks for more gets told both states. */
import { TsstepError } from '../errors.ts';
import type { Container, ContainerState, Status } from './containers.ts';

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
  throw new TsstepError({
    code: 'container-state',
    what: `cannot ${verb} container "${config.name}": it is ${nameOf(state)}`,
    why:
      to && to !== state.status
        ? `${verb} leads to ${to} from another state: it would have to be ${wanted}`
        : `it would have to be ${wanted}`,
    remedy: remedyFor(state, verb, config.name),
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

function remedyFor({ status, pausedAt }: ContainerState, verb: Verb, name: string): string {
  if (status === 'running' && verb === 'unpause') return 'nothing: it goes on already';
  if (status === 'creating' && pausedAt !== undefined)
    return `go on where it is stepped through, or in the background: tsstep continue ${name}; or tsstep rm -f ${name}`;
  return remedies[status](name);
}

/** As ps calls it. */
// One whose tsstep was killed while it waited is dead, wherever that was.
const nameOf = ({ status, pausedAt }: ContainerState): string =>
  status === 'creating' && pausedAt !== undefined ? `created (paused at ${pausedAt})` : status;
