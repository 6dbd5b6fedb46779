import type { Kind, Operation, OperationOf } from '../../../core/operation.ts';

const common = { why: 'because', undo: 'nothing', name: 'step' } as const;
const id = 'a'.repeat(64);
const endpoint = { registry: 'docker.io', url: 'https://registry-1.docker.io', mirror: false };

/** One operation of each kind: typed so that a new kind without an example does not compile. */
const examples: { [K in Kind]: Omit<OperationOf<K>, 'kind' | 'why' | 'undo' | 'name'> } = {
  getrandom: { where: 'host', bytes: 32 },
  'choose-name': { where: 'host', wanted: 'web' },
  clock: { where: 'host' },
  'resolve-image': { where: 'host', reference: 'lab' },
  'registry-ping': { where: 'host', endpoint, optional: false },
  'registry-token': {
    where: 'host',
    endpoint,
    challenge: { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    repository: 'library/ubuntu',
    optional: false,
  },
  'fetch-manifest': {
    where: 'host',
    endpoint,
    repository: 'library/ubuntu',
    reference: 'latest',
    optional: false,
  },
  'fetch-config': {
    where: 'host',
    endpoint,
    repository: 'library/ubuntu',
    blob: { digest: 'sha256:ab', size: 1 },
    reference: 'docker.io/library/ubuntu:latest',
    image: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: 'sha256:cd', size: 1 },
  },
  'fetch-layer': {
    where: 'host',
    endpoint,
    repository: 'library/ubuntu',
    blob: { digest: 'sha256:ab', size: 1 },
  },
  'record-image': {
    where: 'host',
    reference: 'docker.io/library/ubuntu:latest',
    image: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: 'sha256:cd', size: 1 },
  },
  'build-lab': { where: 'host', reference: 'lab' },
  'unpack-layer': {
    where: 'host',
    layer: {
      digest: 'sha256:ab',
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      size: 1,
      diffId: 'sha256:cd',
    },
    to: '/var/lib/tsstep/layers/cd',
    partial: '/var/lib/tsstep/layers/partial/x',
  },
  'find-container': { where: 'host', reference: 'db', option: '--network' },
  'find-missing': { where: 'host', path: '/srv/data' },
  'create-volume': { where: 'host', volume: 'data', owner: id, path: '/var/lib/tsstep/volumes/data' },
  'copy-up': { where: 'host', root: '/m', target: '/data', to: '/var/lib/tsstep/volumes/data/_data' },
  'spawn-init': { where: 'host', pid: 'new' },
  command: {
    where: 'host',
    argv: ['ip', '-batch', '-'],
    stdin: 'link add v0 type veth peer name v1\nlink set v0 up\n',
  },
  share: {
    where: 'host',
    resource: 'ip_forward',
    holder: id,
    check: { path: '/proc/sys/net/ipv4/ip_forward', content: '1' },
    make: [{ kind: 'write', path: '/proc/sys/net/ipv4/ip_forward', data: '1', save: true }],
  },
  lease: { where: 'host', network: 'tsstep0', holder: id },
  listen: { where: 'host', ip: '0.0.0.0', port: 8080, protocol: 'tcp' },
  'device-filter': {
    where: 'host',
    path: '/sys/fs/cgroup/tsstep/x',
    rules: [{ type: 'c', major: 136, minor: '*', access: 'rwm' }],
  },
  'write-attribute': { where: 'host', path: '/sys/fs/cgroup/tsstep/x/memory.max', data: '67108864' },
  openpt: { where: 'host', pid: 42, ptmx: '/dev/pts/ptmx' },
  unshare: { where: 'init', flags: ['CLONE_NEWUTS'] },
  setns: {
    where: 'init',
    path: '/proc/42/ns/net',
    flag: 'CLONE_NEWNET',
    holder: { pid: 42, startTime: '1' },
  },
  'share-mount': {
    where: 'init',
    from: '/proc/42/ns/mnt',
    source: '/dev/shm',
    root: '/m',
    target: '/dev/shm',
    holder: { pid: 42, startTime: '1' },
  },
  chdir: { where: 'init', path: '/srv/it’s here', create: true },
  pivot_root: { where: 'init', newRoot: '.', putOld: '.' },
  mknod: { where: 'init', path: '/dev/null', root: '/m', type: 'c', major: 1, minor: 3, mode: 0o666 },
  sethostname: { where: 'init', hostname: 'web' },
  'lookup-user': { where: 'init', user: 'www', groups: ['adm'] },
  'lookup-executable': { where: 'init', file: 'sh', path: '/usr/bin:/bin', cwd: '/' },
  setrlimit: { where: 'init', resource: 'nofile', soft: 1024, hard: -1 },
  'join-session-keyring': { where: 'init' },
  setsid: { where: 'init' },
  'controlling-terminal': { where: 'init', path: '/dev/pts/0' },
  stdio: { where: 'init', uid: 1000 },
  'capbset-drop': { where: 'init', keep: ['CHOWN', 'KILL'] },
  setgroups: { where: 'init', gids: [10, 20] },
  setresgid: { where: 'init', gid: 1000 },
  setresuid: { where: 'init', uid: 1000 },
  capset: { where: 'init', capabilities: ['CHOWN', 'KILL'] },
  'no-new-privs': { where: 'init' },
  umask: { where: 'init', mask: 0o022 },
  'reset-signals': { where: 'init' },
  'clear-pdeathsig': { where: 'init' },
  'close-range': { where: 'init' },
  execve: {
    where: 'init',
    path: '/bin/sh',
    argv: ['sh', '-c', 'echo "hi $USER"'],
    env: { PATH: '/bin', GREETING: "it's $me" },
  },
  mkdir: { where: 'host', path: '/var/lib/tsstep/containers/x', mode: 0o755 },
  'write-file': { where: 'host', path: '/x/hosts', data: "127.0.0.1 localhost\n# it's\n", mode: 0o644 },
  symlink: { where: 'init', target: '/proc/self/fd', path: '/dev/fd', root: '/m' },
  mount: {
    where: 'init',
    source: 'proc',
    target: '/proc',
    root: '/m',
    fstype: 'proc',
    flags: ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'],
    create: 'directory',
  },
  mount_setattr: {
    where: 'init',
    path: '/proc/sys',
    root: '/m',
    attributes: ['MOUNT_ATTR_RDONLY'],
    recursive: true,
  },
  umount: { where: 'init', target: '.', flags: ['MNT_DETACH'] },
};

export const kinds = Object.keys(examples) as Kind[];

export function example<K extends Kind>(kind: K, fields: Partial<OperationOf<K>> = {}): Operation {
  return { kind, ...common, ...examples[kind], ...fields } as unknown as Operation;
}
