/**
 * What is asked of a run: docker's flags, validated and in plain JSON, independent of the machine that will do it. Where the
 * OCI runtime specification has a word (config.md, config-linux.md) that word is used.
 */
import type { Capability, Rlimit } from '../operation.ts';

/** `network`: one that a person has made, by its name or ID. */
export type NetworkMode = 'bridge' | 'host' | 'none' | { container: string } | { network: string };

/** A network that the container is in. */
export interface EndpointSpec {
  /** `bridge`, or the name of a person's own. */
  network: string;
  /** `--ip`; absent: any that is free. */
  ip?: string;
  /** Names that the network's other containers find it by, besides its own. */
  aliases?: readonly string[];
}
/** `private`: a namespace of its own. */
export type NamespaceMode = 'private' | 'host' | { container: string };

export interface PortMapping {
  /** Host address: `0.0.0.0` unless told. */
  ip: string;
  /** 0: any free port. */
  hostPort: number;
  containerPort: number;
  protocol: 'tcp' | 'udp';
}

export type MountSpec =
  | {
      type: 'bind';
      source: string;
      target: string;
      readOnly: boolean;
      propagation?: 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
      mustExist: boolean;
    }
  /** No `source`: an anonymous volume. With `anonymous` it is another container's, and goes with the last one that has it. */
  | {
      type: 'volume';
      source?: string;
      target: string;
      readOnly: boolean;
      noCopy: boolean;
      anonymous?: true;
    }
  | { type: 'tmpfs'; target: string; readOnly: boolean; options: string };

/** `--volumes-from`. */
export interface VolumesFrom {
  container: string;
  readOnly: boolean;
}

export interface Resources {
  /** Bytes. */
  memory?: number;
  /** Bytes of memory and swap together, as docker counts; -1 is unlimited. */
  memorySwap?: number;
  /** CPUs, 1.5 is one and a half: becomes quota and period. */
  cpus?: number;
  cpuShares?: number;
  cpusetCpus?: string;
  /** -1 is unlimited. */
  pidsLimit?: number;
}

/** When to ask a registry although the store has the image, or not even where it lacks it. Absent: where it lacks it. */
export type Pull = 'always' | 'never';

/** When the supervisor starts a container again that has ended by itself. */
export interface RestartPolicy {
  name: 'no' | 'on-failure' | 'always' | 'unless-stopped';
  /** Of on-failure: how often in a row; 0 is without end. */
  retries: number;
}

/** Docker's Healthcheck. Durations in nanoseconds, as image configurations have them; 0 or absent: docker's default. */
export interface Healthcheck {
  /** `['NONE']`, `['CMD', file, …]` or `['CMD-SHELL', line]`. */
  test: readonly string[];
  interval?: number;
  timeout?: number;
  startPeriod?: number;
  retries?: number;
}

/** How much of a container's output is kept. */
export interface Logging {
  /** Bytes of one file; absent: without limit. */
  maxSize?: number;
  /** Files, the one that is written to included. */
  maxFile: number;
}

/** Of a command that is executed in a container which runs already. */
export interface Joining {
  id: string;
  /** The container's environment; what `-e` adds is in `env`. */
  env: Readonly<Record<string, string>>;
  /** Nobody waits for the command, or reads what it says. */
  detached?: true;
}

export interface Spec {
  image: string;
  pull?: Pull;
  /** `linux/arm64/v8`; absent: this machine's. */
  platform?: string;
  /** `host:port` and networks that may be talked to without TLS. */
  insecureRegistries?: readonly string[];
  /** Arguments behind the image's name; empty: the image's Cmd. */
  command: readonly string[];
  /** `--entrypoint`: an empty string takes the image's away. */
  entrypoint?: string;
  name?: string;
  hostname?: string;
  tty: boolean;
  interactive: boolean;
  rm: boolean;
  readOnly: boolean;
  network: NetworkMode;
  /** The networks that it is in, in order; absent: the one that `network` names. */
  endpoints?: readonly EndpointSpec[];
  pid: NamespaceMode;
  ipc: NamespaceMode;
  uts: 'private' | 'host';
  publish: readonly PortMapping[];
  mounts: readonly MountSpec[];
  /** Containers whose mounts this one has too. */
  volumesFrom?: readonly VolumesFrom[];
  /** Bytes of /dev/shm. */
  shmSize: number;
  resources: Resources;
  /** In order; later ones win. Values that a person typed: never written to a recording unless asked. */
  env: readonly (readonly [name: string, value: string])[];
  /** `-e NAME` without a value to pass on: the image's variable is taken away. */
  unsetEnv?: readonly string[];
  workdir?: string;
  /** `user`, `uid`, `user:group`, `uid:gid`. */
  user?: string;
  groupAdd: readonly string[];
  labels: Readonly<Record<string, string>>;
  ulimits: readonly { resource: Rlimit; soft: number; hard: number }[];
  capAdd: readonly Capability[];
  capDrop: readonly Capability[];
  noNewPrivileges: boolean;
  addHosts: readonly (readonly [host: string, ip: string])[];
  dns: readonly string[];
  /** Absent: no. */
  restart?: RestartPolicy;
  /** A small init process in front of the command, which reaps children and passes signals on. */
  init?: boolean;
  /** Name or number, as typed: `SIGQUIT`, `3`. Absent: the image's, else SIGTERM. */
  stopSignal?: string;
  /** Seconds between the stop signal and SIGKILL; -1: for ever. Absent: 10. */
  stopTimeout?: number;
  healthcheck?: Healthcheck;
  logging?: Logging;
  /** `exec`: the rest is the container's own specification, but for what the command changes. */
  joins?: Joining;
}
