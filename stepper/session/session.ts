import type { Known } from '../../core/known.ts';
import type { Failure, Operation } from '../../core/operation.ts';
import type { Spec } from '../../core/spec/types.ts';
import type { Stage } from '../../core/stage.ts';
import type { Change } from '../../tracer/diff.ts';
import type { ProbeName, Snapshot } from '../../tracer/snapshot.ts';

/** An operation and where it stands. */
export interface Step {
  stage: Stage;
  index: number;
  operation: Operation;
}

export interface Performed extends Step {
  changes: readonly Change[];
  nanoseconds: number;
}

export type StepResult = { ok: true; step: Performed } | { ok: false; step: Step; failure: Failure };

/** When an undo falls due (core/operation.ts); a rollback is all three. */
export type UndoMoment = 'exit' | 'remove' | 'rollback';

export interface UndoProblem {
  /** `stage:operation` */
  at: string;
  failure: Failure;
}

/** One creation of a container that a person can walk through; everything shown is read from here. */
export interface Session {
  readonly spec: Spec;
  readonly known: Known;
  /** The last reading of the kernel. */
  readonly state: Snapshot;
  /** What was read before the first operation of the current stage. */
  readonly stageStart: Snapshot;
  readonly performed: readonly Performed[];
  /** The stage that the next operation belongs to; undefined when all have been performed. */
  readonly stage: Stage | undefined;
  /** What the current stage plans to do from here, as far as it can know. */
  readonly upcoming: readonly Step[];
  /**
   * Performs the next operation; with `fault` the kernel is not asked and the errno is the outcome.
   * @param ahead operations that will follow without anybody wanting to look in between
   */
  forward(fault?: string, ahead?: readonly Step[]): Promise<StepResult>;
  /** Takes back what falls due at these moments, last first. A failure to do so never stops the rest. */
  undo(moments: readonly UndoMoment[]): Promise<readonly UndoProblem[]>;
  /** Reads the named sections again (all, when none is named). */
  look(names?: readonly ProbeName[]): Promise<Snapshot>;
  /** Reads everything again after a pause: what others have done meanwhile is not the next operation's. */
  catchUp(): Promise<void>;
  close(): void;
}
