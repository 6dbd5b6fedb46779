/** What the program of a detached container is told, as JSON on its standard input. */
import type { Logging } from '../spec/types.ts';
import type { HealthOrder } from './keep-health.ts';

/** Numbers of descriptors that it has inherited. */
export interface Descriptors {
  /** Write end of the container's standard input, read ends of its output; or all in one: the terminal's master side. */
  stdin?: number;
  stdout?: number;
  stderr?: number;
  terminal?: number;
  /** Read end of the pipe on which the container's exit code comes, as decimal digits and a newline. */
  status: number;
  /** Only kept open: listening sockets of published ports. They are closed when it ends. */
  held: readonly number[];
}

export interface SupervisorOrder {
  /** Absent: nobody checks it. */
  health?: HealthOrder;
  root: string;
  id: string;
  descriptors: Descriptors;
  logging: Logging;
  stdinOnce: boolean;
  /** The container has a pid namespace of its own: when PID 1 has ended, so has everybody who could write. */
  alone: boolean;
  /** What takes over when the container has ended, and its environment besides PATH. Empty: nothing does. */
  finish: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** How the process ended: exit.json. */
export interface ExitRecord {
  code: number;
  signal?: NodeJS.Signals;
  /** ISO 8601. */
  at: string;
  /** Why the code is only assumed. */
  error?: string;
}
