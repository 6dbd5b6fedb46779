/** Operations as strace(1) would print them, with `-y`: a descriptor is followed by what it refers to. */

import type { DeviceRule, Kind, Operation, OperationOf, ShareStep } from '../../core/operation.ts';
import { blobUrl, tokenUrl } from './registry-urls.ts';
import { describeUndoAction } from './undo.ts';
import { inRootfs, octal, pathname, quoted } from './words.ts';

type Printer<K extends Kind> = (operation: OperationOf<K>) => string;

const and = '; ';
/** A name without its directory's path, which only the machine that performs it knows. */
const open = (path: string, flags = 'O_RDONLY|O_CLOEXEC') => `openat(AT_FDCWD, ${pathname(path)}, ${flags})`;
const write = (path: string, data: string) =>
  `write(3<${path}>, ${quoted(data)}, ${Buffer.byteLength(data)})`;
const flagsOf = (flags: readonly string[]) => (flags.length > 0 ? flags.join('|') : '0');
const device = ({ type, major, minor, access }: DeviceRule) => `${type} ${major}:${minor} ${access}`;
const limit = (value: number) => (value < 0 ? 'RLIM64_INFINITY' : String(value));
const command = ({ argv, stdin }: { argv: readonly string[]; stdin?: string }) =>
  `execve(${pathname(argv[0] ?? '')}, [${argv.map((each) => quoted(each)).join(', ')}], [/* env */])${stdin ? ` <<< ${quoted(stdin.trim(), 160)}` : ''}`;

function sharing(step: ShareStep): string {
  if (step.kind === 'command') return command(step);
  return step.kind === 'mkdir' ? `mkdir(${pathname(step.path)}, 0777)` : write(step.path, step.data);
}

function socket({ ip, port }: { ip: string; port: number }): string {
  return ip.includes(':')
    ? `{sa_family=AF_INET6, sin6_port=htons(${port}), sin6_addr="${ip}"}, 28`
    : `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${ip}")}, 16`;
}

const printers: { [K in Kind]: Printer<K> } = {
  getrandom: ({ bytes }) => `getrandom(buf, ${bytes}, 0)`,
  'choose-name': ({ wanted }) => `access(${pathname(`names/${wanted ?? 'adjective_surname'}`)}, F_OK)`,
  clock: () => 'clock_gettime(CLOCK_REALTIME, {tv_sec, tv_nsec})',
  'resolve-image': ({ reference }) =>
    `${open('images/index.json')} /* ${reference}, then its manifest and configuration */`,
  'registry-ping': ({ endpoint }) => `GET ${endpoint.url}/v2/`,
  'registry-token': ({ challenge, repository }) => `GET ${tokenUrl(challenge, repository)}`,
  'fetch-manifest': ({ endpoint, repository, reference }) =>
    `GET ${endpoint.url}/v2/${repository}/manifests/${reference}`,
  'fetch-config': (operation) => `GET ${blobUrl(operation)}`,
  'fetch-layer': (operation) => `GET ${blobUrl(operation)}`,
  'record-image': ({ reference }) =>
    `flock(3<images/.lock>, LOCK_EX); rename("images/index.json.new", "images/index.json") /* ${reference} */`,
  'build-lab': () =>
    `${open('images/blobs/sha256/…', 'O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0644')} /* layers, configuration, manifest */`,
  'unpack-layer': ({ partial, to }) =>
    [
      `mkdir(${pathname(partial)}, 0755)`,
      '/* each entry of the tar: openat, mkdirat, symlinkat, fchownat, utimensat */',
      `rename(${pathname(partial)}, ${pathname(to)})`,
    ].join(and),
  'find-container': ({ reference }) => open(`containers/${reference}/state.json`),
  'find-mounts': ({ reference }) => open(`containers/${reference}/config.json`),
  'find-missing': ({ path }) => `access(${pathname(path)}, F_OK)`,
  'create-volume': ({ path }) =>
    `mkdir(${pathname(path)}, 0701)${and}mkdir(${pathname(`${path}/_data`)}, 0755)`,
  'copy-up': ({ target, to }) =>
    command({ argv: ['cp', '-a', '--no-target-directory', `<rootfs>${target}/.`, to] }),
  'spawn-init': ({ pid }) =>
    [
      pid === 'new'
        ? 'unshare(CLONE_NEWPID)'
        : pid === 'host'
          ? '/* the host’s pid namespace */'
          : `setns(3</proc/${pid.pid}/ns/pid>, CLONE_NEWPID)`,
      'fork()',
      'prctl(PR_SET_PDEATHSIG, SIGKILL)',
      'execve("node", ["node", "init.cjs"], [/* 1 var */])',
    ].join(and),
  command,
  share: ({ make, resource, holder }) =>
    [
      `flock(3<lock>, LOCK_EX)`,
      open(`shares/${resource}/holders/${holder}`, 'O_WRONLY|O_CREAT|O_CLOEXEC, 0666'),
      ...make.map(sharing),
    ].join(and),
  'find-network': ({ reference }) => `${open('networks/…')} /* ${reference} */`,
  'join-names': ({ network, holder, names }) =>
    [
      'flock(3<lock>, LOCK_EX)',
      open(`members/${network}/${holder.slice(0, 12)}…`, 'O_WRONLY|O_CREAT|O_CLOEXEC, 0666'),
      `${open('containers/…/hosts', 'O_RDWR|O_NOFOLLOW|O_CLOEXEC')} /* each member’s, for ${names.join(' ')} */`,
    ].join(and),
  'take-back': ({ do: action }) => `/* ${describeUndoAction(action)} */`,
  lease: ({ network, holder }) =>
    `flock(3<lock>, LOCK_EX)${and}${open(`leases/${network}/…`, 'O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0666')} /* for ${holder.slice(0, 12)} */`,
  listen: ({ ip, port, protocol }) =>
    `bind(3, ${socket({ ip, port })})${protocol === 'tcp' ? `${and}listen(3, 511)` : ''}`,
  'write-attribute': ({ path, data }) => write(path, data),
  'device-filter': ({ path, rules }) =>
    [
      open(path, 'O_RDONLY|O_DIRECTORY|O_CLOEXEC'),
      `bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insns=[/* ${rules.map(device).join(', ')} */], license="Apache-2.0"}, 24)`,
      'bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=4, info_len=8, info={type, id}}}, 16)',
      `bpf(BPF_PROG_ATTACH, {target_fd=3<${path}>, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI}, 16)`,
    ].join(and),
  openpt: ({ pid, ptmx }) =>
    `${open(`/proc/${pid}/root${ptmx}`, 'O_RDWR|O_NOCTTY|O_CLOEXEC')}${and}ioctl(3, TIOCSPTLCK, [0])${and}ioctl(3, TIOCGPTN, [n])`,

  unshare: ({ flags }) => `unshare(${flagsOf(flags)})`,
  setns: ({ path, flag }) => `setns(3<${path}>, ${flag})`,
  'share-mount': ({ from, source, root, target }) =>
    [
      `setns(3<${from}>, CLONE_NEWNS)`,
      `open_tree(AT_FDCWD, ${pathname(source)}, OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)`,
      'setns(4</proc/thread-self/ns/mnt>, CLONE_NEWNS)',
      `move_mount(5, "", 6<${inRootfs(root, target)}>, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)`,
    ].join(and),
  chdir: ({ path, create }) =>
    `${create ? `mkdir(${pathname(path)}, 0777)${and}` : ''}chdir(${pathname(path)})`,
  pivot_root: ({ newRoot, putOld }) => `pivot_root(${pathname(newRoot)}, ${pathname(putOld)})`,
  mknod: ({ root, path, type, mode, major, minor }) =>
    `mknod(${pathname(inRootfs(root, path))}, ${type === 'c' ? 'S_IFCHR' : 'S_IFBLK'}|${octal(mode)}, makedev(0x${major.toString(16)}, 0x${minor.toString(16)}))`,
  sethostname: ({ hostname }) => `sethostname(${quoted(hostname, 64)}, ${Buffer.byteLength(hostname)})`,
  'lookup-user': () => `${open('/etc/passwd')}${and}${open('/etc/group')}`,
  'lookup-executable': ({ file, path }) =>
    file.includes('/')
      ? `access(${pathname(file)}, X_OK)`
      : path
          .split(':')
          .map((each) => `access(${pathname(`${each}/${file}`)}, X_OK)`)
          .join(and),
  setrlimit: ({ resource, soft, hard }) =>
    `prlimit64(0, RLIMIT_${resource.toUpperCase()}, {rlim_cur=${limit(soft)}, rlim_max=${limit(hard)}}, NULL)`,
  setsid: () => 'setsid()',
  'join-session-keyring': () => 'keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)',
  'controlling-terminal': ({ path }) =>
    [
      open(path, 'O_RDWR|O_NOCTTY'),
      'ioctl(3, TIOCSCTTY, 0)',
      'dup2(3, 0)',
      'dup2(3, 1)',
      'dup2(3, 2)',
      'close(3)',
    ].join(and),
  stdio: ({ uid }) =>
    [0, 1, 2].map((fd) => `fchown(${fd}, ${uid}, -1)${and}fcntl(${fd}, F_SETFD, 0)`).join(and),
  'capbset-drop': ({ keep }) =>
    `prctl(PR_CAPBSET_DROP, CAP_…) /* each but ${keep.length > 0 ? keep.map((name) => `CAP_${name}`).join(', ') : 'none'} */`,
  setgroups: ({ gids }) => `setgroups(${gids.length}, [${gids.join(', ')}])`,
  setresgid: ({ gid }) => `setresgid(${gid}, ${gid}, ${gid})`,
  setresuid: ({ uid }) => `setresuid(${uid}, ${uid}, ${uid})`,
  capset: ({ capabilities }) => {
    const set = capabilities.length > 0 ? capabilities.map((name) => `1<<CAP_${name}`).join('|') : '0';
    return `capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=${set}, permitted=${set}, inheritable=0})`;
  },
  'no-new-privs': () => 'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)',
  umask: ({ mask }) => `umask(${octal(mask)})`,
  'reset-signals': () =>
    'rt_sigaction(SIG…, {sa_handler=SIG_DFL}, NULL, 8) /* every signal */; rt_sigprocmask(SIG_SETMASK, [], NULL, 8)',
  'clear-pdeathsig': () => 'prctl(PR_SET_PDEATHSIG, 0)',
  'close-range': () => 'close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC)',
  execve: ({ path, argv, env }) =>
    `execve(${pathname(path)}, [${argv.map((each) => quoted(each)).join(', ')}], [/* ${Object.keys(env).length} vars */])`,

  mkdir: ({ path, root, mode }) => `mkdir(${pathname(inRootfs(root, path))}, ${octal(mode)})`,
  'write-file': ({ path, data, mode, secret, sync }) =>
    `${open(path, `O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, ${octal(mode)}`)}${and}${secret ? `write(3<${path}>, /* not shown */, ${Buffer.byteLength(data)})` : write(path, data)}${sync ? `${and}fsync(3<${path}>)` : ''}`,
  symlink: ({ target, path, root }) => `symlink(${pathname(target)}, ${pathname(inRootfs(root, path))})`,
  mount: ({ source, sourceRoot, target, root, fstype, flags, data, keepMode, cwd }) => {
    const mode = keepMode ? [`mode=<of ${inRootfs(root, target)}>`] : [];
    const options = [...mode, ...(data === undefined ? [] : [data])].join(',');
    const from = pathname(sourceRoot === undefined ? source : inRootfs(sourceRoot, source));
    const rest = [
      from,
      pathname(inRootfs(root, target)),
      fstype === undefined ? 'NULL' : `"${fstype}"`,
      flagsOf(flags),
      options === '' ? 'NULL' : pathname(options),
    ];
    return `${cwd === undefined ? '' : `chdir(${pathname(cwd)})${and}`}mount(${rest.join(', ')})`;
  },
  mount_setattr: ({ path, root, attributes, recursive }) =>
    `mount_setattr(AT_FDCWD, ${pathname(inRootfs(root, path))}, ${recursive ? 'AT_RECURSIVE' : '0'}, {attr_set=${flagsOf(attributes)}, attr_clr=0, propagation=0, userns_fd=0}, 32)`,
  umount: ({ target, flags }) => `umount2(${pathname(target)}, ${flagsOf(flags)})`,
};

/** `mount("proc", "<rootfs>/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)` */
export function strace(operation: Operation): string {
  return (printers[operation.kind] as (operation: Operation) => string)(operation);
}
