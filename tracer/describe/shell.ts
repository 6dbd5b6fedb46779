/**
 * Operations as lines that a person could type. `$ROOTFS` is the merged directory; what init does is typed in the shell that
 * `unshare` has started; what only holds for the next program is a prefix of it, written `…`.
 */

import type { Kind, Operation, OperationOf, ShareCheck, ShareStep } from '../../core/operation.ts';
import type { UndoAction } from '../../core/undo.ts';
import { blobUrl, tokenUrl } from './registry-urls.ts';
import { mountLines, setattrLine } from './shell-mount.ts';
import { describeUndoAction } from './undo.ts';
import { octal, shellPath, word } from './words.ts';

type Printer<K extends Kind> = (operation: OperationOf<K>) => readonly string[];

const words = (argv: readonly string[]) => argv.map(word).join(' ');
const namespaceOption = {
  NEWNS: 'mount',
  NEWUTS: 'uts',
  NEWIPC: 'ipc',
  NEWNET: 'net',
  NEWPID: 'pid',
  NEWCGROUP: 'cgroup',
  NEWUSER: 'user',
} as const;
const option = (flag: string) =>
  `--${namespaceOption[flag.replace('CLONE_', '') as keyof typeof namespaceOption]}`;
const limit = (value: number) => (value < 0 ? 'unlimited' : String(value));
const list = (names: readonly string[], prefix: string) =>
  names.map((name) => `${prefix}${name.toLowerCase()}`).join(',');
const parent = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';

function command({ argv, stdin }: { argv: readonly string[]; stdin?: string }): string[] {
  if (!stdin) return [words(argv)];
  return [`${words(argv)} <<'END'`, ...stdin.replace(/\n$/, '').split('\n'), 'END'];
}

function sharing(step: ShareStep): string[] {
  if (step.kind === 'command') return command(step);
  return step.kind === 'mkdir'
    ? [`mkdir -p ${word(step.path)}`]
    : [`echo ${word(step.data.trim())} > ${word(step.path)}`];
}

function unless(check: ShareCheck): string {
  if ('argv' in check) return `# unless this succeeds: ${words(check.argv)}`;
  return `# unless ${check.path} is there${check.content === undefined ? '' : ` and holds ${check.content}`}:`;
}

/** The command, where it is one; the rest is files of tsstep's own. */
function takingBack(action: UndoAction): string[] {
  if (action.kind === 'command') return command(action);
  if (action.kind !== 'release') return [`# ${describeUndoAction(action)}`];
  const commands = action.unmake.flatMap((step) => (step.kind === 'command' ? command(step) : []));
  return [`# ${describeUndoAction(action)}`, ...commands];
}

const printers: { [K in Kind]: Printer<K> } = {
  getrandom: ({ bytes }) => [`od -An -N${bytes} -tx1 /dev/urandom | tr -d ' \\n'`],
  'choose-name': ({ wanted }) =>
    wanted === undefined ? ['shuf -n 1 /usr/share/dict/words'] : [`test ! -e $ROOT/names/${word(wanted)}`],
  clock: () => ['date --utc --iso-8601=ns'],
  'resolve-image': ({ reference }) => [
    `# find ${word(reference)} here, then the manifest and the configuration by digest below blobs/`,
    'cat $ROOT/images/index.json',
  ],
  'registry-ping': ({ endpoint }) => [`curl --head ${endpoint.url}/v2/`],
  'registry-token': ({ challenge, repository }) => [
    `TOKEN=$(curl --silent ${word(tokenUrl(challenge, repository))} | jq --raw-output .token); AUTH="Authorization: Bearer $TOKEN"`,
  ],
  'fetch-manifest': ({ endpoint, repository, reference }) => {
    const kind = reference.startsWith('sha256:') ? 'manifest' : 'index';
    return [
      `curl --header "$AUTH" --header 'Accept: application/vnd.oci.image.${kind}.v1+json' ${endpoint.url}/v2/${repository}/manifests/${reference}`,
    ];
  },
  'fetch-config': (operation) => [`curl --header "$AUTH" --location ${blobUrl(operation)} | jq .`],
  'fetch-layer': (operation) => [
    `curl --header "$AUTH" --location --output layer ${blobUrl(operation)} && sha256sum layer`,
  ],
  'record-image': ({ reference, image }) => [`# in $ROOT/images/index.json: ${reference} is ${image.digest}`],
  'build-lab': () => [
    'mkdir -p rootfs/bin && cp "$(command -v busybox)" rootfs/bin/',
    'tar --create --gzip --file layer.tar.gz --directory rootfs .',
  ],
  'unpack-layer': ({ layer, partial, to }) => {
    const blob = `$ROOT/images/blobs/${layer.digest.replace(':', '/')}`;
    const way = /gzip$/.test(layer.mediaType) ? '--gzip ' : /zstd$/.test(layer.mediaType) ? '--zstd ' : '';
    return [
      `mkdir -p ${word(partial)} && tar --extract ${way}--xattrs --numeric-owner --file ${blob} --directory ${word(partial)}`,
      `# replace each .wh.NAME by a whiteout: mknod NAME c 0 0`,
      `mv ${word(partial)} ${word(to)}`,
    ];
  },
  'find-container': ({ reference }) => [`cat "$ROOT/containers/"${word(reference)}*/state.json`],
  'find-mounts': ({ reference }) => [`jq .mounts "$ROOT/containers/"${word(reference)}*/config.json`],
  'find-missing': ({ path }) => [`test -e ${word(path)}`],
  'create-volume': ({ path }) => [`mkdir -p ${word(`${path}/_data`)}`],
  'copy-up': ({ root, target, to }) => [
    `cp -a --no-target-directory ${shellPath(root, `${target}/.`)} ${word(to)}`,
  ],
  'spawn-init': ({ pid }) => [
    pid === 'new'
      ? 'unshare --pid --fork --kill-child sh'
      : pid === 'host'
        ? 'unshare --fork --kill-child sh'
        : `nsenter --pid=/proc/${pid.pid}/ns/pid sh`,
  ],
  command,
  share: ({ make, check }) => [unless(check), ...make.flatMap(sharing)],
  'find-network': ({ reference }) => [`tsstep network inspect ${word(reference)}`],
  'join-names': ({ address, names, network }) => [
    `echo ${word(`${address} ${names.join(' ')}`)} >> $ROOT/containers/…/hosts  # of each container in ${network}`,
  ],
  'take-back': ({ do: action }) => takingBack(action),
  lease: ({ network }) => [
    `flock $RUN/lock ls $RUN/leases/${word(network)}  # then take the first free address`,
  ],
  listen: ({ ip, port, protocol }) => [`nc -l ${protocol === 'udp' ? '-u ' : ''}${word(ip)} ${port} &`],
  'write-attribute': ({ path, data }) => [`echo ${word(data.trim())} > ${word(path)}`],
  'device-filter': ({ path, rules }) => [
    `# no command takes the list (${rules.length} rules): it has to be compiled to a program, devices.o, first`,
    'bpftool prog load devices.o /sys/fs/bpf/devices type cgroup/dev',
    `bpftool cgroup attach ${word(path)} cgroup_device pinned /sys/fs/bpf/devices multi`,
  ],
  openpt: ({ pid, ptmx }) => [
    `python3 -c 'import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)' /proc/${pid}/root${word(ptmx)}`,
  ],

  unshare: ({ flags }) =>
    flags.includes('CLONE_FS')
      ? ['# nothing to do: the process of a tool has one thread']
      : [
          `unshare ${flags.map(option).join(' ')}${flags.includes('CLONE_NEWNS') ? ' --propagation unchanged' : ''} sh`,
        ],
  setns: ({ path, flag }) => [`nsenter ${option(flag)}=${word(path)} sh`],
  'share-mount': ({ from, source, root, target }) => [
    `# no command moves a mount across: open_tree(2) of ${source} in ${from}, move_mount(2) here`,
    `mkdir -p ${shellPath(root, target)}`,
  ],
  chdir: ({ path, create }) => [`${create ? `mkdir -p ${word(path)} && ` : ''}cd ${word(path)}`],
  pivot_root: ({ newRoot, putOld }) => [`pivot_root ${word(newRoot)} ${word(putOld)}`],
  mknod: ({ root, path, type, mode, major, minor }) => [
    `mknod -m ${mode.toString(8)} ${shellPath(root, path)} ${type} ${major} ${minor}`,
  ],
  sethostname: ({ hostname }) => [`hostname ${word(hostname)}`],
  'lookup-user': ({ user, groups }) => {
    const account = user.split(':')[0] || 'root';
    return [
      `grep ${word(/^\d+$/.test(account) ? `:${account}:` : `^${account}:`)} /etc/passwd`,
      `grep ${word(account)} /etc/group`,
      ...groups.map((group) => `grep ${word(`^${group}:`)} /etc/group`),
    ];
  },
  'lookup-executable': ({ file, path, cwd }) => [
    `cd ${word(cwd)} && PATH=${word(path)} command -v ${word(file)}`,
  ],
  setrlimit: ({ resource, soft, hard }) => [`prlimit --pid $$ --${resource}=${limit(soft)}:${limit(hard)}`],
  setsid: () => ['setsid sh'],
  'join-session-keyring': () => ['keyctl session - sh'],
  'controlling-terminal': ({ path }) => [`setsid --ctty sh <>${word(path)} >&0 2>&0`],
  stdio: ({ uid }) => [`chown ${uid} /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2`],
  'capbset-drop': ({ keep }) => [
    `setpriv --bounding-set ${['-all', list(keep, '+')].filter(Boolean).join(',')} …`,
  ],
  setgroups: ({ gids }) => [
    gids.length > 0 ? `setpriv --groups ${gids.join(',')} …` : 'setpriv --clear-groups …',
  ],
  setresgid: ({ gid }) => [`setpriv --regid ${gid} --keep-groups …`],
  setresuid: ({ uid }) => [`setpriv --reuid ${uid} …`],
  capset: ({ capabilities }) => [
    `capsh --caps=${word(capabilities.length > 0 ? `${list(capabilities, 'cap_')}=ep` : '=')} -- -c …`,
  ],
  'no-new-privs': () => ['setpriv --no-new-privs …'],
  umask: ({ mask }) => [`umask ${octal(mask)}`],
  'reset-signals': () => ['env --default-signal --block-signal= …'],
  'clear-pdeathsig': () => ['setpriv --pdeathsig clear …'],
  'close-range': () => ['for fd in $(ls /proc/$$/fd); do [ "$fd" -le 2 ] || eval "exec $fd>&-"; done'],
  execve: ({ path, argv, env }) => [
    [
      'exec env -i',
      ...Object.entries(env).map(([name, value]) => word(`${name}=${value}`)),
      word(path),
      ...argv.slice(1).map(word),
    ].join(' '),
  ],

  mkdir: ({ path, root, mode, parents }) => [
    `mkdir -m ${mode.toString(8)} ${parents || root !== undefined ? '-p ' : ''}${shellPath(root, path)}`,
  ],
  'write-file': ({ path, data, mode, secret }) =>
    secret
      ? [`install -m ${mode.toString(8)} /dev/null ${word(path)}  # its contents are not shown`]
      : [`printf %s ${word(data)} > ${word(path)} && chmod ${mode.toString(8)} ${word(path)}`],
  symlink: ({ target, path, root }) => [
    `${root === undefined ? '' : `mkdir -p ${shellPath(root, parent(path))} && `}ln -s ${word(target)} ${shellPath(root, path)}`,
  ],
  mount: mountLines,
  mount_setattr: (operation) => [setattrLine(operation)],
  umount: ({ target, flags }) => [
    `umount ${flags.includes('MNT_DETACH') ? '--lazy ' : ''}${flags.includes('MNT_FORCE') ? '--force ' : ''}${word(target)}`,
  ],
};

/** The line or lines that would do the same. */
export function shell(operation: Operation): readonly string[] {
  return (printers[operation.kind] as (operation: Operation) => readonly string[])(operation);
}
