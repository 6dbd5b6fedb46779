/** The script's lines for what PID 1 of the container does. */
import { imageOf } from '../../../core/known.ts';
import type { CloneFlag, InitAction, OperationOf } from '../../../core/operation.ts';
import { type Lines, lookupUser, note } from './user.ts';
import type { Writer } from './writer.ts';

const namespaces: Record<Exclude<CloneFlag, 'CLONE_FS'>, string> = {
  CLONE_NEWNS: 'mount',
  CLONE_NEWUTS: 'uts',
  CLONE_NEWIPC: 'ipc',
  CLONE_NEWNET: 'net',
  CLONE_NEWPID: 'pid',
  CLONE_NEWCGROUP: 'cgroup',
  CLONE_NEWUSER: 'user',
};

/** What behind pivot_root is done by a tool. */
const lent = [
  'chown',
  'env',
  'ln',
  'mkdir',
  'mount',
  'rm',
  'setpriv',
  'setsid',
  'sh',
  'touch',
  'umount',
  'unshare',
];

const limit = (value: number): string => (value < 0 ? 'unlimited' : String(value));
/** Kept for the end: setpriv gives everything away in one go, right before the command. */
const privilege = (option: string): string[] => [`PRIVILEGES="$PRIVILEGES ${option}"`];
const withYourTerminal = note('not done: with -t the command shares your terminal');

function bounding(keep: readonly string[]): string {
  return ['-all', ...keep.map((name) => `+${name.toLowerCase()}`)].join(',');
}

function execve({ argv, env }: OperationOf<'execve'>, writer: Writer, home: boolean): string[] {
  const variables = Object.entries(env).map(([name, value]) =>
    home && name === 'HOME' ? '"HOME=$HOME_DIR"' : writer.word(`${name}=${value}`),
  );
  return [
    'init become "$PRIVILEGES" \\',
    ...variables.map((each) => `  ${each} \\`),
    `  -- ${writer.words.words(argv)}`,
    'take_back',
    'MADE=yes',
    'echo go >&3',
    // Neither the command nor what waits for it has anything more to say.
    'exec 3>&- 4<&-',
    'status=0',
    'wait "$CHILD" || status=$?',
    'CHILD=',
    'exit "$status"',
  ];
}

export const inInit: { [K in InitAction['kind']]: Lines<K> } = {
  unshare: ({ flags }) =>
    flags.flatMap((flag) =>
      flag === 'CLONE_FS'
        ? note('not done: a tool has one thread, and its paths are its own')
        : `init again unshare --${namespaces[flag]}${flag === 'CLONE_NEWNS' ? ' --propagation unchanged' : ''}`,
    ),
  setns: ({ path, flag }, writer) =>
    flag === 'CLONE_FS' ? [] : [`init again nsenter --${namespaces[flag]}=${writer.word(path)}`],
  'share-mount': ({ root, target }, writer) => [
    '# open_tree(2) could show the very mount of the other container; no standard tool can.',
    `init mkdir -p ${writer.at(root, target)}`,
    `init mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 shm ${writer.at(root, target)}`,
  ],
  chdir: ({ path, create }, writer) => [
    ...(create ? [`init mkdir -p ${writer.word(path)}`] : []),
    `init cd ${writer.word(path)}`,
  ],
  pivot_root: ({ newRoot, putOld }) => [
    '# The host’s tools will be out of sight, and the image may have none: lend some.',
    `init lend ${lent.join(' ')}`,
    `init pivot_root ${newRoot} ${putOld}`,
    'init use_lent',
  ],
  mknod: ({ root, path, type, major, minor, mode }, writer) => [
    `init mknod -m ${mode.toString(8)} ${writer.at(root, path)} ${type} ${major} ${minor}`,
  ],
  sethostname: ({ hostname }, writer) => [
    `nsenter --uts="/proc/$INIT/ns/uts" hostname ${writer.word(hostname)}`,
  ],
  'lookup-user': lookupUser,
  'lookup-executable': ({ file, path }, writer) => [
    `init find_command ${writer.word(path)} ${writer.word(file)}`,
  ],
  setrlimit: ({ name, resource, soft, hard }) =>
    name === 'nofile'
      ? note('nothing to do: a shell has changed no limit of its own')
      : [`prlimit --pid "$INIT" --${resource}=${limit(soft)}:${limit(hard)}`],
  setsid: (_, { spec }) => (spec.tty ? withYourTerminal : ['init again setsid']),
  'join-session-keyring': () => note('not done: keyctl session does it, of a package that few have'),
  'controlling-terminal': () => withYourTerminal,
  stdio: (_, { spec }) => {
    if (spec.tty) return withYourTerminal;
    return [
      `chown "$USER_ID" "$CONTAINER/stdout" "$CONTAINER/stderr"${spec.interactive ? ' "$CONTAINER/stdin"' : ''}`,
    ];
  },
  'capbset-drop': ({ keep }) => [`PRIVILEGES="--bounding-set ${bounding(keep)}"`],
  setgroups: () => privilege('--groups $GROUP_IDS'),
  setresgid: () => privilege('--regid $GROUP_ID'),
  setresuid: () => privilege('--reuid $USER_ID'),
  // execve gives root what is in the bounding set, and what is inheritable.
  capset: () => privilege('--inh-caps -all'),
  'no-new-privs': () => privilege('--no-new-privs'),
  umask: ({ mask }) => [`init umask 0${mask.toString(8)}`],
  'reset-signals': () => note('env --default-signal does it, at the end'),
  'clear-pdeathsig': () => privilege('--pdeathsig clear'),
  'close-range': () => note('the last shell closes 3 and 4, which are all that init was given'),
  execve: (operation, writer) => execve(operation, writer, !homeGiven(writer)),
};

/** HOME is the user's unless a flag or the image sets it. */
function homeGiven({ known, spec }: Writer): boolean {
  const image = imageOf(known);
  return (
    spec.env.some(([name]) => name === 'HOME') ||
    (image?.config.Env ?? []).some((entry) => entry.startsWith('HOME='))
  );
}
