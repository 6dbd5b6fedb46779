/** The containers that exist, running or not: what ps, inspect and rm read. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { bootedAt, bootId, isAlive } from '../kernel/proc.ts';
import type { Peer, ProcessId } from '../known.ts';
import type { Endpoints } from '../network/endpoint-state.ts';
import { containerFiles, containers, isId, names } from '../paths.ts';
import { replaceFile } from '../replace-file.ts';
import type { ContainerConfig } from './config.ts';
import { ambiguousContainer, noSuchContainer } from './no-such-container.ts';

/**
 * Docker's states and two that last for moments only: `creating` and `removing`. `dead`: nobody supervises it any more, whatever
 * runs of it (`tsstep clean` mends it).
 */
export type Status =
  | 'creating'
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

/** What changes during a container's life: state.json. Times are ISO 8601. */
export interface ContainerState {
  status: Status;
  /** Which run of tsstep made it: its journal holds the undos. */
  run: string;
  /** Who brings it on now: the tsstep that makes it, or the supervisor that keeps it. */
  supervisor: ProcessId;
  /** /proc/sys/kernel/random/boot_id of the boot that `supervisor` and `process` belong to. */
  boot?: string;
  process?: ProcessId;
  /** Its place in each of its networks and its host ports, for as long as it runs. */
  networks?: Endpoints;
  ports?: Readonly<Record<string, number>>;
  startedAt?: string;
  finishedAt?: string;
  exitCode?: number;
  oomKilled?: boolean;
  error?: string;
  /** How often the restart policy has started it again. */
  restartCount?: number;
  /** Milliseconds that it was waited before its last start by the policy. */
  waited?: number;
  /** A person has stopped it: no policy starts it again until a person does. */
  stopped?: true;
  /** The stage or operation that its creation waits in front of: `network`. */
  pausedAt?: string;
}

export interface Container {
  config: ContainerConfig;
  state: ContainerState;
}

/** Whether its process is there: one that is paused has mounts, addresses and memory like any other. */
export const isUp = ({ status }: Pick<ContainerState, 'status'>): boolean =>
  status === 'running' || status === 'paused';

/** Replaces state.json in one step, so that a reader sees the old one or the new one, even after a power cut. */
export function writeState(root: string, id: string, state: ContainerState): void {
  replaceJson(containerFiles(root, id).state, state);
}

/** For `rename`, `update` and `network connect`, which hold the container's lock. */
export function writeConfig(root: string, config: ContainerConfig): void {
  replaceJson(containerFiles(root, config.id).config, config);
}

function replaceJson(path: string, value: object): void {
  replaceFile(path, `${JSON.stringify(value, null, 2)}\n`, { sync: true });
}

export type StateChange = { [K in keyof ContainerState]?: ContainerState[K] | undefined };

/**
 * Replaces what is named, and takes away what is `undefined`. Whoever calls it holds the container's lock, or is the only one who
 * may bring the container on. @returns the new state; undefined: there is no such container any more
 */
export function changeState(root: string, id: string, change: StateChange): ContainerState | undefined {
  const state = readJson<ContainerState>(containerFiles(root, id).state);
  if (!state) return undefined;
  const changed = Object.fromEntries(
    Object.entries({ ...state, ...change }).filter(([, value]) => value !== undefined),
  ) as unknown as ContainerState;
  writeState(root, id, changed);
  return changed;
}

/** Who brings it on, whether alive or not; undefined where nobody has to. */
export function supervisorOf(root: string, id: string): ProcessId | undefined {
  const state = readJson<ContainerState>(containerFiles(root, id).state);
  return state && driven.has(state.status) ? state.supervisor : undefined;
}

/** States in which only its supervisor can bring a container on. */
const driven: ReadonlySet<Status> = new Set(['creating', 'running', 'paused', 'restarting', 'removing']);

function readJson<T>(path: string): T | undefined {
  const text = tolerating(['ENOENT', 'ENOTDIR'], () => readFileSync(path, 'utf8'));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch (error) {
    // Half written: its process is just writing it, or was killed meanwhile.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** It runs, or will again by itself: what `stop` ends. */
export const isActive = (state: Pick<ContainerState, 'status'>): boolean =>
  isUp(state) || state.status === 'restarting';

const isOfEarlierBoot = ({ boot }: ContainerState): boolean => boot !== undefined && boot !== bootId();

/** Docker's code for a container that ended while nobody looked. */
export const UNSEEN = 255;

/** Nothing of it is left that would have to be mended: the machine has stopped, or its power has gone. */
function endedWithBoot({ process: _, ports: __, ...state }: ContainerState): ContainerState {
  // The clock may have been set since: it has not ended before it began.
  const finishedAt = [bootedAt(), state.startedAt ?? ''].sort().at(-1) ?? bootedAt();
  return { ...state, status: 'exited', exitCode: UNSEEN, finishedAt };
}

/**
 * A container whose creation has come as far as its configuration. Only its supervisor can bring it on, so without that it is
 * dead, even while its process still runs: nobody reads its output, waits for it or takes back what it holds.
 */
export function readContainer(root: string, id: string): Container | undefined {
  const files = containerFiles(root, id);
  const config = readJson<ContainerConfig>(files.config);
  const state = readJson<ContainerState>(files.state);
  if (!config || !state) return undefined;
  if (!driven.has(state.status)) return { config, state };
  if (isActive(state) && isOfEarlierBoot(state)) return { config, state: endedWithBoot(state) };
  return { config, state: isAlive(state.supervisor) ? state : { ...state, status: 'dead' } };
}

/** What all containers were made from, whatever has become of state.json. */
export interface ContainerConfigs {
  configs: readonly ContainerConfig[];
  /** IDs of those of which nobody can tell, as after a power cut. */
  unreadable: readonly string[];
}

export function readConfigs(root: string): ContainerConfigs {
  const found = idsIn(root).map((id) => ({
    id,
    config: readJson<Partial<ContainerConfig>>(containerFiles(root, id).config),
  }));
  const isWhole = (config: Partial<ContainerConfig> | undefined): config is ContainerConfig =>
    typeof config?.image?.digest === 'string';
  return {
    configs: found.map(({ config }) => config).filter(isWhole),
    unreadable: found.filter(({ config }) => !isWhole(config)).map(({ id }) => id),
  };
}

function idsIn(root: string): string[] {
  const entries = tolerating(['ENOENT'], () => readdirSync(containers(root), { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory() && isId(entry.name)).map(({ name }) => name);
}

/** Newest first, as ps shows them. */
export function listContainers(root: string): Container[] {
  return idsIn(root)
    .map((id) => readContainer(root, id))
    .filter((container) => container !== undefined)
    .sort((a, b) => b.config.created.localeCompare(a.config.created));
}

/**
 * The ID that has this name. A reference comes from outside: only what can be a name is looked up, and only what is an ID is
 * believed.
 */
export function idNamed(root: string, reference: string): string | undefined {
  if (!/^[a-zA-Z0-9][\w.-]*$/.test(reference)) return undefined;
  const id = tolerating(['ENOENT', 'EINVAL'], () => readlinkSync(join(names(root), reference)));
  return id !== undefined && isId(id) ? id : undefined;
}

/** For who holds its lock and wants to know what it is by now. @throws TsstepError no-such-container */
export function readLocked(root: string, id: string): Container {
  const container = readContainer(root, id);
  if (!container) throw noSuchContainer(id);
  return container;
}

/** By full ID, name, or a prefix of the ID that fits one container only. @throws TsstepError no-such-container */
export function findContainer(root: string, reference: string): Container {
  const id = idNamed(root, reference);
  const byName = id === undefined ? undefined : readContainer(root, id);
  if (byName) return byName;
  const all = listContainers(root).map((container) => ({ ...container.config, container }));
  const prefixed = /^[0-9a-f]+$/.test(reference)
    ? all.filter(({ id: one }) => one.startsWith(reference))
    : [];
  if (prefixed.length > 1) throw ambiguousContainer(reference, prefixed);
  const [one] = prefixed;
  if (one) return one.container;
  throw noSuchContainer(
    reference,
    all.map(({ name }) => name),
  );
}

/** The process that holds the namespaces which `option` wants to share. @throws TsstepError container-state */
export function findRunning(root: string, reference: string, option: string): Peer {
  const { config, state } = findContainer(root, reference);
  if (isUp(state) && state.process && isAlive(state.process)) return { id: config.id, ...state.process };
  throw new TsstepError({
    code: 'container-state',
    what: `${option} container:${reference} is not possible`,
    why: `${config.name} is not running (${state.status}), so there is no namespace to share`,
    remedy: 'run that container first, and this one while it runs',
  });
}
