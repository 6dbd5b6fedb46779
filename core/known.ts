/** What is known so far: the host's facts, read before the first operation, and what operations have found out. */
import type { CgroupLayout } from './cgroup/layout.ts';
import type { KernelPaths } from './host/kernel-paths.ts';
import type { Descriptor } from './image/schema.ts';
import type { ResolvedImage } from './image/types.ts';
import type { IptablesTool } from './network/firewall.ts';
import type { Challenge, Endpoint, Exchange } from './registry/types.ts';
import type { MountSpec, Spec } from './spec/types.ts';

/** Facts about the host that plans depend on, read once at the session's start. */
export interface HostFacts {
  /** Persistent state: images, layers, containers, volumes. `/var/lib/tsstep`. */
  root: string;
  /** State that a reboot clears, like what it describes: leases, shares, locks. `/run/tsstep/net-4026531833`. */
  run: string;
  /** The same for what is the whole machine's and not a network namespace's: control groups. `/run/tsstep/cgroup-4026531835`. */
  cgroupRun: string;
  /** The network namespace that bridge, links and rules are made in: `net:[4026531833]`. */
  netns: string;
  cgroups: CgroupLayout;
  /** `nameserver`, `search` and `options` lines of the host's resolv.conf, without resolvers on the host's loopback. */
  resolvConf: string;
  hostname: string;
  /** The host's /etc/hosts, where the container uses the host's network. */
  hosts?: string;
  cpus: number;
  /** Which tool made the FORWARD chain that drops by default; undefined: none does. */
  forwardDropper?: IptablesTool;
  kernelPaths: KernelPaths;
  /** The soft and hard RLIMIT_NOFILE that tsstep was started with, before Node raised the soft one. */
  nofile: { soft: number; hard: number };
  /** With `--init`: the program that is put in front of the command; undefined where there is none. */
  initProgram?: string;
  /** Whether files like /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes exist: swap can be limited. */
  swapAccounting: boolean;
}

/** Where state is kept. */
export type Places = Pick<HostFacts, 'root' | 'run' | 'cgroupRun'>;

/** A process, told apart from a later one with the same pid. */
export interface ProcessId {
  /** In the host's pid namespace. */
  pid: number;
  /** Field 22 of /proc/PID/stat (clock ticks since boot): tells a reused pid from the process that was meant. */
  startTime: string;
}

export interface Lease {
  network: string;
  bridge: string;
  /** `172.31.0.0/24` */
  subnet: string;
  prefix: number;
  gateway: string;
  /** `172.31.0.2` */
  address: string;
  mac: string;
}

/** A network that somebody has made, as far as a plan needs it. */
export interface KnownNetwork {
  /** 64 hex digits. */
  id: string;
  name: string;
  bridge: string;
  subnet: string;
  gateway: string;
  /** Addresses are chosen from this part of the subnet: `--ip-range`. */
  range?: string;
  /** A person has chosen the subnet. */
  configured: boolean;
  /** No way out, and none in. */
  internal: boolean;
  /** Packets leave with the host's address. */
  masquerade: boolean;
  /** Bytes; absent: the kernel's 1500. */
  mtu?: number;
}

export interface ResolvedUser {
  uid: number;
  gid: number;
  /** Supplementary groups. */
  groups: readonly number[];
  home: string;
  name?: string;
}

export interface Peer extends ProcessId {
  id: string;
  /** Its limits of open files, where a command is to have the same; -1 is unlimited. */
  nofile?: { soft: number; hard: number };
}

export interface VolumeState {
  path: string;
  /** New or still empty: the image's content at the mount point is copied into it. */
  fresh: boolean;
}

/** Where an image that is not in the store can be had from: `library/ubuntu` and `latest` at one of the endpoints. */
export interface PullSource {
  /** Canonical, as it will be recorded. */
  name: string;
  repository: string;
  /** A tag or a digest. */
  reference: string;
  /** Asked in order until one has it. */
  endpoints: readonly Endpoint[];
}

/** Either the image itself, or where it can be had from. */
export type ImageLookup =
  | { found: ResolvedImage }
  | { absent: 'builtin' }
  | { absent: 'registry'; from: PullSource };

/** What a registry's answer to one request told. */
export type Answer = Exchange & {
  /** Of the ping: no challenge, no token. */
  challenge?: Challenge;
  /** Whom the token is for; absent: anybody. */
  user?: string;
  /** Seconds that the token lives. */
  expiresIn?: number;
  /** What the tag or digest led to: an index or a manifest. */
  descriptor?: Descriptor;
  /** Of an index: what it offers, and the manifest for this platform. */
  platforms?: readonly string[];
  chosen?: Descriptor;
  /** Of a manifest: its configuration. */
  config?: Descriptor;
  /** The image, once its configuration is here. */
  image?: ResolvedImage;
  /** Of a download from its beginning, which may lie before the operation that waits for it. */
  milliseconds?: number;
  /** Bytes that an earlier, interrupted download had left. */
  resumed?: number;
  /** Somebody else had downloaded it meanwhile. */
  already?: true;
};

/** An endpoint that could not be used although there are others: why. */
export interface NoAnswer {
  failed: string;
  mirror?: boolean;
}

export interface Known {
  host: HostFacts;
  /** Unique to this run of tsstep: names what only this run writes. */
  run: string;
  /** The tsstep process that drives this run. */
  supervisor: ProcessId;
  lookup?: ImageLookup;
  image?: ResolvedImage;
  /** What registries answered, by the name of the operation that asked: `manifest`, `layer-1`. */
  answers?: Readonly<Record<string, Answer | NoAnswer>>;
  id?: string;
  name?: string;
  created?: string;
  init?: ProcessId;
  /** Of the container's first network, or of the one that it is being connected to. */
  lease?: Lease;
  /** Of its further networks, by name. */
  leases?: Readonly<Record<string, Lease>>;
  networks?: Readonly<Record<string, KnownNetwork>>;
  /** Host port by `80/tcp`-like container port and host ip: `0.0.0.0:80/tcp`. */
  ports?: Readonly<Record<string, number>>;
  volumes?: Readonly<Record<string, VolumeState>>;
  /** Id of the eBPF program on the cgroup: `bpftool prog dump xlated id 42`. v2 only. */
  deviceFilter?: number;
  /** The containers that a shared namespace is joined from, by namespace: net, pid, ipc. */
  peers?: Readonly<Record<string, Peer>>;
  /** Mounts of the containers that --volumes-from names, by its place among these flags. */
  volumesFrom?: Readonly<Record<string, readonly MountSpec[]>>;
  /** Of a bind mount's source, by target: the topmost directory that is not there, null when all are. */
  missing?: Readonly<Record<string, string | null>>;
  user?: ResolvedUser;
  executable?: string;
  /** Number of the pseudo-terminal in the container's devpts. */
  pts?: number;
}

/** Facts that are learnt one entry at a time. */
export type Records =
  | 'ports'
  | 'leases'
  | 'networks'
  | 'volumes'
  | 'volumesFrom'
  | 'peers'
  | 'missing'
  | 'answers';

/** `known` with `value` at `path` (`init`, `ports.0.0.0.0:80/tcp`): a new record, the old one stays as it was. */
export function learn(known: Known, path: string, value: unknown): Known {
  const dot = path.indexOf('.');
  if (dot < 0) return { ...known, [path]: value };
  const key = path.slice(0, dot) as Records;
  return { ...known, [key]: { ...known[key], [path.slice(dot + 1)]: value } };
}

/** The image as soon as it is known: found in the store, just built, or being pulled. */
export function imageOf({
  image,
  lookup,
  answers = {},
}: Pick<Known, 'image' | 'lookup' | 'answers'>): ResolvedImage | undefined {
  if (image) return image;
  if (lookup && 'found' in lookup) return lookup.found;
  // A mirror that broke down later may have told of another one before.
  const last = Object.values(answers).findLast((answer) => 'image' in answer);
  return last && 'image' in last ? last.image : undefined;
}

/** The mounts that the containers of --volumes-from have, in the order of the flags, as far as they are known. */
export function sharedMounts({ volumesFrom = [] }: Spec, known: Pick<Known, 'volumesFrom'>): MountSpec[] {
  return volumesFrom.flatMap((_, index) => known.volumesFrom?.[index + 1] ?? []);
}
