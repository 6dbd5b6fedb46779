/**
 * What the kernel said at one moment, from both sides. Records keyed by identity and primitives only, never arrays:
 * json-diff-ts corrupts arrays when it reverts, and a diff by position would blame the wrong line.
 */
import type { Known } from '../core/known.ts';
import type { Operation } from '../core/operation.ts';
import type { Tools } from './probes/tools.ts';

export type Scalar = string | number | boolean | null;
export type Tree = { [key: string]: Scalar | Tree };

/** Sections of the two sides; each is read by the probe of the same name (tracer/probes). `known` is what plans stand on. */
export interface Snapshot {
  host: { [section: string]: Tree };
  container: { [section: string]: Tree };
  known: Tree;
}

export type ProbeName =
  | 'host.mounts'
  | 'host.links'
  | 'host.routes'
  | 'host.nft'
  | 'host.sysctl'
  | 'host.cgroup'
  | 'host.overlay'
  | 'host.files'
  | 'host.sockets'
  | 'host.init'
  | 'container.namespaces'
  | 'container.mounts'
  | 'container.process'
  | 'container.identity'
  | 'container.limits'
  | 'container.environ'
  | 'container.fds'
  | 'container.hostname'
  | 'container.dev'
  | 'container.links'
  | 'container.routes'
  | 'container.sysctl';

export const emptySnapshot: Snapshot = { host: {}, container: {}, known: {} };

/** What a probe may look at: what is known, and never a handle of the container. */
export interface ProbeContext {
  known: Known;
  /** Names of environment variables whose values a recording must not hold. */
  secrets: ReadonlySet<string>;
  tools: Tools;
  /** What the operation has changed, and what was read before: of a section with many files only those below it are read again. */
  changed?: { path: string; before: Snapshot };
}

/** Reads one section. `undefined`: the thing it describes does not exist (yet), the section is left out. */
export type Probe = (context: ProbeContext) => Promise<Tree | undefined> | Tree | undefined;

/** Which sections an operation can have touched; everything else keeps its last reading until the stage's end. */
export type Touches = (operation: Operation) => readonly ProbeName[];
