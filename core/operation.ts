/**
 * An operation is one step of creating a container, written down as plain JSON before it is done: a system call, a file
 * write or a command. Because it is data it can be previewed, broken on, failed on purpose, undone, recorded and replayed
 * without any of these knowing what it does.
 */
import type { ErrorCode } from './errors.ts';
import type { LayerSource } from './image/types.ts';
import type { Known, KnownNetwork, Peer, ProcessId, Records } from './known.ts';
import type { RegistryAction } from './registry/actions.ts';
import type { Pull } from './spec/types.ts';
import type { UndoAction } from './undo.ts';

/** Which process performs it: tsstep itself in the host's namespaces, or PID 1 of the container that is being built. */
export type Where = 'host' | 'init';

/** Where a network's addresses come from. */
export type Pool = Pick<KnownNetwork, 'id' | 'subnet' | 'gateway' | 'range'>;

/** Kinds that tsstep performs in the host's namespaces. */
export type HostAction =
  | RegistryAction
  /** getrandom(2): `bytes` bytes as hex. */
  | { kind: 'getrandom'; bytes: number }
  /** Settle the container's name: `wanted`, or a free adjective_surname. */
  | { kind: 'choose-name'; wanted?: string }
  /** clock_gettime(2) CLOCK_REALTIME as ISO 8601. */
  | { kind: 'clock' }
  | { kind: 'resolve-image'; reference: string; platform?: string; pull?: Pull }
  | { kind: 'build-lab'; reference: string }
  /** Unpack one layer blob into the shared, content-addressed layer directory. */
  | { kind: 'unpack-layer'; layer: LayerSource; to: string; partial: string }
  /** Find the running container that `--network container:ID` and its like refer to; without `option`, the one to execute in. */
  | { kind: 'find-container'; reference: string; option?: string }
  /** The mounts of the container that --volumes-from names, volumes by name. */
  | { kind: 'find-mounts'; reference: string; readOnly: boolean }
  /** The topmost directory of `path` that is not there, null where all are; `required` fails unless all are. */
  | { kind: 'find-missing'; path: string; required?: boolean }
  | { kind: 'create-volume'; volume: string; owner: string; path: string }
  /** Copy what the image has at `target` into a new volume, as docker does on first use. */
  | { kind: 'copy-up'; root: string; target: string; to: string }
  | { kind: 'spawn-init'; pid: 'new' | 'host' | Peer }
  | { kind: 'command'; argv: readonly string[]; stdin?: string }
  /** Make something that containers share unless it is there already, and count this container as a holder. */
  | { kind: 'share'; resource: string; holder: string; check: ShareCheck; make: readonly ShareStep[] }
  /** Read what is known of a network that somebody has made. */
  | { kind: 'find-network'; reference: string }
  /** An address for this container, chosen under a lock. `network`: its bridge. No `pool`: the subnet is chosen too, once. */
  | { kind: 'lease'; network: string; holder: string; pool?: Pool; ip?: string }
  /** Write these names into the hosts files of all containers of the network, and theirs into this one's. */
  | { kind: 'join-names'; network: string; holder: string; address: string; names: readonly string[] }
  /** Do now what would have been done at the container's end. */
  | { kind: 'take-back'; do: UndoAction }
  /** bind(2) and listen(2) on the published port, held as long as the container lives, so that nobody else takes it. */
  | { kind: 'listen'; ip: string; port: number; protocol: 'tcp' | 'udp' }
  /** bpf(2): a program on the cgroup at `path` that allows these devices to its processes, and no others. */
  | { kind: 'device-filter'; path: string; rules: readonly DeviceRule[] }
  /** Open the master side of a new pseudo-terminal of the container's devpts. */
  | { kind: 'openpt'; pid: number; ptmx: string };

/** Kinds that PID 1 of the container performs, synchronously, from its main thread. */
export type InitAction =
  | { kind: 'unshare'; flags: readonly CloneFlag[] }
  | { kind: 'setns'; path: string; flag: CloneFlag; holder: ProcessId }
  /** open_tree(2) in another container's mount namespace, move_mount(2) in this one: the same mount seen in both. */
  | { kind: 'share-mount'; from: string; source: string; root: string; target: string; holder: ProcessId }
  | { kind: 'chdir'; path: string; create?: boolean }
  | { kind: 'pivot_root'; newRoot: string; putOld: string }
  | { kind: 'mknod'; path: string; root: string; type: 'c' | 'b'; major: number; minor: number; mode: number }
  | { kind: 'sethostname'; hostname: string }
  /** Read the image's own /etc/passwd and /etc/group to turn names into numbers. */
  | { kind: 'lookup-user'; user: string; groups: readonly string[] }
  | { kind: 'lookup-executable'; file: string; path: string; cwd: string }
  | { kind: 'setrlimit'; resource: Rlimit; soft: number; hard: number }
  | { kind: 'setsid' }
  /** keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: a new, empty one instead of the caller's. */
  | { kind: 'join-session-keyring' }
  /** Open the terminal, make it the session's controlling one, put it on 0, 1 and 2. */
  | { kind: 'controlling-terminal'; path: string }
  /** Give stdin, stdout and stderr to the user who will run, and clear close-on-exec on them; or put /dev/null in their place. */
  | { kind: 'stdio'; uid: number; discard?: true }
  | { kind: 'capbset-drop'; keep: readonly Capability[] }
  | { kind: 'setgroups'; gids: readonly number[] }
  | { kind: 'setresgid'; gid: number }
  | { kind: 'setresuid'; uid: number }
  | { kind: 'capset'; capabilities: readonly Capability[] }
  | { kind: 'no-new-privs' }
  | { kind: 'umask'; mask: number }
  /** SIGPIPE and SIGXFSZ back to default and an empty mask: exec keeps what Node set. */
  | { kind: 'reset-signals' }
  /** Forget the parent-death signal that was set when init was started: exec would keep it. */
  | { kind: 'clear-pdeathsig' }
  /** close_range(3, ~0, CLOSE_RANGE_CLOEXEC). */
  | { kind: 'close-range' }
  | { kind: 'execve'; path: string; argv: readonly string[]; env: Readonly<Record<string, string>> };

/** Kinds that either side can perform; `where` says which. */
export type SharedAction =
  /** `root` set: `path` is inside that directory and symlinks in it cannot lead out (openat2, RESOLVE_IN_ROOT). */
  | { kind: 'mkdir'; path: string; mode: number; root?: string; parents?: boolean }
  /** `sync`: it is on the disk before the next operation begins (fsync(2)). */
  | { kind: 'write-file'; path: string; data: string; mode: number; secret?: boolean; sync?: boolean }
  /** Write to a file that the kernel made: an attribute of a cgroup, a setting below /proc/sys. */
  | { kind: 'write-attribute'; path: string; data: string }
  | { kind: 'symlink'; target: string; path: string; root?: string }
  | {
      kind: 'mount';
      source: string;
      target: string;
      root?: string;
      fstype?: string;
      flags: readonly MountFlag[];
      data?: string;
      /** A tmpfs gets the permissions of the directory that it covers, as `mode=` in front of `data`. */
      keepMode?: boolean;
      /** Make a missing target: a directory, a file, or what the source is. */
      create?: 'directory' | 'file' | 'like-source';
      /** `source` is a path inside this directory, resolved as `target` in `root` is. */
      sourceRoot?: string;
      /** Relative lowerdirs are resolved from here: a page of mount options holds few absolute paths. */
      cwd?: string;
    }
  /** Make one mount (or the whole tree below it) read-only and leave its other attributes: a remount would clear them. */
  | {
      kind: 'mount_setattr';
      path: string;
      root?: string;
      attributes: readonly MountAttribute[];
      recursive: boolean;
    }
  | { kind: 'umount'; target: string; flags: readonly UmountFlag[] };

export type Action =
  | (HostAction & { where: 'host' })
  | (InitAction & { where: 'init' })
  | (SharedAction & { where: Where });

export type Kind = Action['kind'];

export type CloneFlag =
  | 'CLONE_FS'
  | 'CLONE_NEWNS'
  | 'CLONE_NEWUTS'
  | 'CLONE_NEWIPC'
  | 'CLONE_NEWNET'
  | 'CLONE_NEWPID'
  | 'CLONE_NEWCGROUP'
  | 'CLONE_NEWUSER';
export type MountFlag =
  | 'MS_RDONLY'
  | 'MS_NOSUID'
  | 'MS_NODEV'
  | 'MS_NOEXEC'
  | 'MS_REMOUNT'
  | 'MS_BIND'
  | 'MS_REC'
  | 'MS_PRIVATE'
  | 'MS_SLAVE'
  | 'MS_SHARED'
  | 'MS_STRICTATIME'
  | 'MS_RELATIME'
  | 'MS_NOATIME';
export type MountAttribute =
  | 'MOUNT_ATTR_RDONLY'
  | 'MOUNT_ATTR_NOSUID'
  | 'MOUNT_ATTR_NODEV'
  | 'MOUNT_ATTR_NOEXEC';
export type UmountFlag = 'MNT_DETACH' | 'MNT_FORCE' | 'UMOUNT_NOFOLLOW';
/** A capability's name without CAP_, as docker writes it: NET_BIND_SERVICE. */
export type Capability = string;
/** A resource's name as docker's --ulimit writes it: nofile, nproc, core … */
export type Rlimit = string;

/** One line of a list of allowed devices. `*` is every number; access is of r(ead), w(rite) and m(knod). */
export type DeviceRule = {
  type: 'c' | 'b';
  major: number | '*';
  minor: number | '*';
  access: 'r' | 'w' | 'm' | 'rw' | 'rm' | 'wm' | 'rwm';
};

/** How to see that a shared thing exists: a path, a file's content, or a command that fails where it does not. */
export type ShareCheck = { path: string; content?: string } | { argv: readonly string[] };
/**
 * One step of making a shared thing; `save` keeps the file's old content for the release, and that of the files which the kernel
 * changes along with it (`disturbs`; a `*` stands for every name).
 */
export type ShareStep =
  | { kind: 'command'; argv: readonly string[]; stdin?: string }
  | { kind: 'write'; path: string; data: string; save?: boolean; disturbs?: readonly string[] }
  | { kind: 'mkdir'; path: string };

/**
 * How an operation is taken back. There is no default on purpose: whoever writes an operation has to decide.
 *  - `nothing`: it left nothing behind, or only what is shared and kept, like an unpacked layer.
 *  - `with-init`: what it changed belongs to init or its namespaces and goes with them.
 *  - an action, and the moment it falls due: `exit` when the container's process has ended, `remove` when the container is
 *    removed, `rollback` only when the creation did not succeed.
 */
export type Undo = 'nothing' | 'with-init' | { at: 'exit' | 'remove' | 'rollback'; do: UndoAction };

export type Operation = Action & {
  /** Unique within its stage: `volumes:proc` is stage and name. */
  name: string;
  /** One sentence that a student can read: what for, not what. */
  why: string;
  undo: Undo;
  /** Where the outcome's value is kept for later plans: `init`, `ports.80/tcp`. */
  saves?: keyof Known | `${Records}.${string}`;
};

export type OperationOf<K extends Kind> = Extract<Operation, { kind: K }>;

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** What went wrong, ready to be shown: what failed, why here, what to do. */
export interface Failure {
  code: ErrorCode;
  what: string;
  why: string;
  remedy: string;
  /** The kernel's word for it, where the kernel said it: `ENOENT`. */
  errno?: string;
  /** tsstep's exit code: 125, 126 or 127 as docker's. */
  exit: number;
  /** Injected by a person, not met. */
  injected?: true;
}

export type Outcome = { ok: true; value: Json } | { ok: false; failure: Failure };
