/** What each operation would find out, without performing it. */
import { TsstepError } from '../../core/errors.ts';
import { imageOf, type Known } from '../../core/known.ts';
import type { Kind, Operation, OperationOf } from '../../core/operation.ts';
import type { Spec } from '../../core/spec/types.ts';
import { builtLab } from './builtin.ts';
import { predictCommand, predictUser } from './inside-image.ts';
import type { Looks } from './looks.ts';
import { type Placeholder, placeholders } from './placeholders.ts';

export interface Prediction {
  value: unknown;
  /** `read`: seen on this machine, a run would see the same. Otherwise `note` says what stands in for what. */
  sure: boolean;
  /** For a person: the value, and where it comes from. */
  note: string;
}

export interface Context {
  spec: Spec;
  known: Known;
  looks: Looks;
}

type Predictor<K extends Kind> = (
  operation: OperationOf<K>,
  context: Context,
) => Prediction | Promise<Prediction>;

/** The kinds that only ever do something: nothing that a later plan could need comes of them. */
const nothing = 'finds out nothing';

const guess = (value: unknown, note: string): Prediction => ({ value, sure: false, note });
const seen = (value: unknown, note: string): Prediction => ({ value, sure: true, note });

/** First port of Linux's range for "any free one" (ip-sysctl.rst, ip_local_port_range). */
const ANY_PORT = 32768;

/** A registry can answer anything, and what comes after depends on it. */
function unforeseeable({ name }: Operation): never {
  throw new TsstepError({
    code: 'no-such-image',
    what: `what "${name}" will find cannot be foreseen`,
    why: 'a plan asks no registry, and everything after this depends on the answer',
    remedy: 'get the image first: tsstep pull IMAGE',
  });
}

const predictors: { [K in Kind]: Predictor<K> | typeof nothing } = {
  getrandom: ({ bytes }, { looks }) =>
    guess(looks.randomHex(bytes), 'drawn for this plan; a run draws its own'),
  'choose-name': ({ wanted }, { looks }) =>
    wanted === undefined
      ? guess(looks.name(), 'a run chooses its own')
      : seen(wanted, `${wanted}, if it is free`),
  clock: (_, { looks }) => guess(looks.now(), 'the moment of this plan'),
  'resolve-image': async ({ reference, platform }, { looks, known }) => {
    const lookup = await looks.image(reference, platform);
    if (lookup === 'unreadable')
      return guess(
        { found: builtLab(known.host.root, true) },
        'the store is root’s: taken to have lab as tsstep makes it, unpacked',
      );
    if ('absent' in lookup) return seen(lookup, 'not in the store yet: it is built first');
    return seen(lookup, `${lookup.found.name}, ${lookup.found.layers.length} layers, in the store`);
  },
  'registry-ping': unforeseeable,
  'registry-token': unforeseeable,
  'fetch-manifest': unforeseeable,
  'fetch-config': unforeseeable,
  'fetch-layer': unforeseeable,
  'record-image': nothing,
  'build-lab': (_, { known }) =>
    guess(builtLab(known.host.root, false), 'lab as tsstep makes it; digests are known once it is built'),
  'find-container': ({ reference, option }, { looks }) => {
    const kind = option === '--network' ? 'NET' : (option?.slice(2).toUpperCase() ?? 'CONTAINER');
    const name = `PEER_${kind}` as Placeholder;
    const peer = looks.container(reference, option);
    if (!peer)
      return guess({ id: reference, pid: placeholders[name] }, `$${name} stands for the pid of ${reference}`);
    return seen({ ...peer, pid: placeholders[name] }, `$${name} is ${peer.pid} now`);
  },
  'find-mounts': (action, { looks }) => {
    const mounts = looks.mounts(action);
    if (!mounts) return guess([], `taken to be none: ${action.reference} is root’s`);
    return seen(mounts, `${mounts.map(({ target }) => target).join(', ') || 'none'}`);
  },
  'create-volume': ({ path }, { looks }) => {
    const state = looks.volume(`${path}/_data`);
    const value = { path: `${path}/_data`, fresh: state !== 'filled' };
    if (state === 'unreadable') return guess(value, 'taken to be new: the volumes are root’s');
    return seen(value, state === 'filled' ? 'it is there, with files in it' : 'new or empty');
  },
  'spawn-init': () => guess({ pid: placeholders.INIT, startTime: '0' }, '$INIT stands for its pid'),
  'find-network': ({ reference }, { looks }) => {
    const network = looks.network(reference);
    return seen(network, `${network.subnet}${network.internal ? ', internal' : ''}`);
  },
  lease: async (action, { looks }) => {
    const { lease, read } = await looks.lease(action.network, action);
    const note = `${lease.address} in ${lease.subnet}`;
    return read
      ? seen(lease, `${note}, free now`)
      : guess(lease, `${note}: the first choice; the leases are root’s`);
  },
  listen: ({ port }) =>
    port === 0
      ? guess(ANY_PORT, `${ANY_PORT} stands for the free port that the kernel gives`)
      : seen(port, `${port}, if it is free`),
  'lookup-user': ({ user, groups }, { known }) => predictUser(user, groups, imageOf(known)),
  'lookup-executable': (operation, { known }) => predictCommand(operation, imageOf(known)),
  'find-missing': ({ path, required }, { looks }) => {
    const topmost = looks.missing(path);
    const absent = required ? `there is no ${topmost}: the run will fail here` : `${topmost} has to be made`;
    return seen(topmost, topmost === null ? `${path} is there` : absent);
  },
  openpt: () => guess(0, '/dev/pts/0: the first one of a new devpts'),
  'device-filter': () => guess(1, '1 stands for the number that the kernel gives the program'),

  mkdir: nothing,
  'unpack-layer': nothing,
  'copy-up': nothing,
  command: nothing,
  share: nothing,
  'join-names': nothing,
  'take-back': nothing,
  'write-attribute': nothing,
  unshare: nothing,
  setns: nothing,
  'share-mount': nothing,
  chdir: nothing,
  pivot_root: nothing,
  mknod: nothing,
  sethostname: nothing,
  setrlimit: nothing,
  setsid: nothing,
  'join-session-keyring': nothing,
  'controlling-terminal': nothing,
  stdio: nothing,
  'capbset-drop': nothing,
  setgroups: nothing,
  setresgid: nothing,
  setresuid: nothing,
  capset: nothing,
  'no-new-privs': nothing,
  umask: nothing,
  'reset-signals': nothing,
  'clear-pdeathsig': nothing,
  'close-range': nothing,
  execve: nothing,
  'write-file': nothing,
  symlink: nothing,
  mount: nothing,
  mount_setattr: nothing,
  umount: nothing,
};

/** @throws TsstepError internal: an operation saves what nobody predicts */
export async function predict(operation: Operation, context: Context): Promise<Prediction> {
  const predictor = predictors[operation.kind] as Predictor<Kind> | typeof nothing;
  if (predictor !== nothing) return await predictor(operation as never, context);
  throw new TsstepError({
    code: 'internal',
    what: `nobody predicts what "${operation.name}" finds out`,
    why: `operations of kind ${operation.kind} had nothing to save until now`,
    remedy: 'add it to stepper/plan/predict.ts',
  });
}
