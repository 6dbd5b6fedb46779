import type { Duplex, Readable } from 'node:stream';
import type { Known } from './known.ts';
import type { Operation, Outcome } from './operation.ts';
import type { Descriptors } from './supervisor/order.ts';
import type { UndoAction } from './undo.ts';

export interface Progress {
  done: number;
  total?: number;
  unit: 'bytes' | 'files';
}

/**
 * What performs operations: the seam between the session and the kernel. The real one is core/perform/machine.ts; tests have
 * the one fake.
 */
export interface Machine {
  /** Never throws: whatever goes wrong is the outcome. */
  perform(operation: Operation, known: Known, progress: (progress: Progress) => void): Promise<Outcome>;
  /** @throws TsstepError or the system's own error when something could not be taken back */
  undo(action: UndoAction, known: Known): Promise<void>;
  /** The container's process once exec has succeeded. */
  readonly container: RunningContainer | undefined;
  /** Lets the container's process run: when it is watched, it waits at its first instruction since exec. */
  release(): void;
  /** Leaves init waiting for good, without this process: `quit`, keep. */
  hold(): void;
  /** Operations that will follow without a pause: what is slow and independent may begin (downloads of layers). */
  ahead(operations: readonly Operation[], tell: (operation: Operation, progress: Progress) => void): void;
  /** Ends downloads that are under way, begun ahead or not; there will be no more. */
  close(): void;
}

export interface Exit {
  /** 0 to 255: the process's own, or 128 + the signal's number. */
  code: number;
  signal?: NodeJS.Signals;
}

/** The container's standard streams, on the supervisor's side. */
export interface ContainerStreams {
  stdin?: NodeJS.WritableStream;
  stdout?: Readable;
  stderr?: Readable;
  /** With a terminal all three are this one. */
  terminal?: { stream: Duplex; resize(rows: number, columns: number): void };
}

export interface RunningContainer {
  pid: number;
  /** Reading begins when this is read: either these or the descriptors can be used. */
  readonly streams: ContainerStreams;
  descriptors: Descriptors;
  /** Settles when the process has ended; by whoever started it. */
  exited: Promise<Exit>;
}
