/**
 * Which sections of a snapshot an operation can have changed: the rest need not be read again before the stage's end. A
 * table by kind, typed so that a new kind without an entry does not compile.
 */
import type { CloneFlag, Kind, Operation, OperationOf, ShareStep } from '../core/operation.ts';
import type { UndoAction } from '../core/undo.ts';
import type { ProbeName, Touches } from './snapshot.ts';

type Sections = readonly ProbeName[];
type Entry<K extends Kind> = Sections | ((operation: OperationOf<K>) => Sections);

/** Only `known` changes, and that is always compared. */
const nothing: Sections = [];
const net: Sections = ['host.links', 'host.routes', 'host.sysctl', 'container.links', 'container.routes'];
const identity: Sections = ['container.identity'];
const containerAll: Sections = [
  'container.namespaces',
  'container.mounts',
  'container.process',
  'container.identity',
  'container.limits',
  'container.environ',
  'container.fds',
  'container.hostname',
  'container.dev',
  'container.links',
  'container.routes',
  'container.sysctl',
];

const byFlag: Readonly<Record<CloneFlag, Sections>> = {
  CLONE_FS: [],
  CLONE_NEWNS: ['container.mounts', 'container.process', 'container.dev'],
  CLONE_NEWUTS: ['container.hostname'],
  CLONE_NEWIPC: [],
  CLONE_NEWNET: ['container.links', 'container.routes', 'container.sysctl'],
  CLONE_NEWPID: [],
  CLONE_NEWCGROUP: ['host.cgroup'],
  CLONE_NEWUSER: ['container.identity'],
};

/** A file that is made outside lies in tsstep's directories; one that init makes appears in the writable layer or in /dev. */
function fileAt({ where, path }: { where: Operation['where']; path: string }): Sections {
  // A directory in there is a control group (cgroups(7)).
  if (path.startsWith('/sys/fs/cgroup/')) return ['host.cgroup'];
  if (where === 'host') return ['host.files', 'host.overlay'];
  if (/^\/proc\/[^/]+\/[ug]id_map$/.test(path)) return identity;
  if (path.endsWith('/oom_score_adj')) return ['container.limits'];
  return ['container.dev', 'host.overlay'];
}

function mounted({
  where,
  target,
  fstype,
  create,
}: Pick<OperationOf<'mount'>, 'where' | 'target' | 'fstype' | 'create'>): Sections {
  const made: Sections = create ? ['host.overlay'] : [];
  const dev: Sections = /(^|\/)dev(\/|$)/.test(target) ? ['container.dev'] : [];
  if (where === 'init') return ['container.mounts', ...dev, ...made];
  // With shared propagation a mount on the host appears in the container as well.
  return ['host.mounts', 'container.mounts', ...(fstype === 'overlay' ? (['host.overlay'] as const) : made)];
}

function tool(argv: readonly string[]): Sections {
  const words = argv.map((word) => word.slice(word.lastIndexOf('/') + 1));
  if (words.includes('ip')) return net;
  if (words.includes('nft') || words[0]?.startsWith('iptables')) return ['host.nft'];
  if (words.includes('sysctl')) return ['host.sysctl'];
  return [...net, 'host.nft', 'host.files'];
}

/** Settings of a network are those of whoever writes them (sysctl of network namespaces, network_namespaces(7)). */
function attribute(path: string, where: Operation['where'] = 'host'): Sections {
  if (path.startsWith('/proc/sys/')) return [where === 'init' ? 'container.sysctl' : 'host.sysctl'];
  if (path.endsWith('/oom_score_adj')) return ['container.limits'];
  return ['host.cgroup'];
}

function shareStep(step: ShareStep): Sections {
  return step.kind === 'command' ? tool(step.argv) : attribute(step.path);
}

function takenBack(action: UndoAction): Sections {
  if (action.kind === 'command') return tool(action.argv);
  if (action.kind !== 'release') return ['host.files'];
  const steps = action.unmake.flatMap((step): Sections => {
    if (step.kind === 'command') return tool(step.argv);
    return step.kind === 'restore' ? attribute(step.path) : [];
  });
  return ['host.files', ...steps];
}

const table: { [K in Kind]: Entry<K> } = {
  getrandom: nothing,
  'choose-name': nothing,
  clock: nothing,
  'resolve-image': nothing,
  'registry-ping': nothing,
  'registry-token': nothing,
  'fetch-manifest': nothing,
  'fetch-config': nothing,
  'fetch-layer': nothing,
  'record-image': ['host.files'],
  'build-lab': ['host.files'],
  'unpack-layer': ['host.files'],
  'find-container': nothing,
  'find-mounts': nothing,
  'find-missing': nothing,
  'create-volume': ['host.files'],
  'copy-up': ['host.files', 'host.overlay'],
  'spawn-init': ['host.init', 'host.cgroup', ...containerAll],
  command: ({ argv }) => tool(argv),
  share: ({ make }) => ['host.files', ...make.flatMap(shareStep)],
  'find-network': nothing,
  lease: ['host.files'],
  'join-names': ['host.files'],
  'take-back': ({ do: action }) => takenBack(action),
  listen: ['host.sockets'],
  'write-attribute': ({ where, path }) => attribute(path, where),
  // No file of the cgroup shows its programs; the id of this one is known.
  'device-filter': nothing,
  openpt: ['container.dev'],
  unshare: ({ flags }) => ['container.namespaces', ...flags.flatMap((flag) => byFlag[flag])],
  setns: ({ flag }) => ['container.namespaces', ...byFlag[flag]],
  'share-mount': ['container.mounts', 'container.dev', 'host.overlay'],
  chdir: ({ create }) => ['container.process', ...(create ? (['host.overlay'] as const) : [])],
  pivot_root: ['container.mounts', 'container.process', 'container.dev'],
  mknod: ['container.dev', 'host.overlay'],
  sethostname: ['container.hostname'],
  'lookup-user': nothing,
  'lookup-executable': nothing,
  setrlimit: ['container.limits'],
  setsid: ['container.process'],
  // /proc/keys shows the reader's own keys.
  'join-session-keyring': nothing,
  'controlling-terminal': ['container.process', 'container.fds'],
  stdio: ['container.fds', 'container.dev'],
  'capbset-drop': identity,
  setgroups: identity,
  setresgid: identity,
  setresuid: identity,
  capset: identity,
  'no-new-privs': identity,
  umask: identity,
  'reset-signals': identity,
  // PR_SET_PDEATHSIG is the one attribute here that /proc does not show: this step changes nothing that can be seen.
  'clear-pdeathsig': nothing,
  'close-range': ['container.fds'],
  // Namespaces, mounts and links stay: that is why everything else could be prepared before.
  execve: [
    'host.init',
    'container.process',
    'container.identity',
    'container.limits',
    'container.environ',
    'container.fds',
  ],
  mkdir: fileAt,
  'write-file': fileAt,
  symlink: fileAt,
  mount: mounted,
  mount_setattr: ({ where }) =>
    where === 'init' ? ['container.mounts'] : ['host.mounts', 'container.mounts'],
  umount: ({ where, target }) => mounted({ where, target }),
};

/** Which sections to read after `operation`, each named once. */
export const touches: Touches = (operation) => {
  const entry = table[operation.kind] as Entry<Kind>;
  return [
    ...new Set(
      typeof entry === 'function' ? (entry as (operation: Operation) => Sections)(operation) : entry,
    ),
  ];
};
