/**
 * The one event stream. Front ends, recordings, spans and reports only read it; it is also the crash journal, because
 * `operation-started` is on disk, with its undo, before the operation is tried. One JSON object a line; docs/events.md.
 */

import type { Known } from '../core/known.ts';
import type { Failure, Json, Operation } from '../core/operation.ts';
import type { Spec } from '../core/spec/types.ts';
import type { StageName } from '../core/stage.ts';
import type { Change } from './diff.ts';
import type { Snapshot } from './snapshot.ts';

export const FORMAT_VERSION = 1;

export interface OperationRef {
  stage: StageName;
  /** Position in the stage, from 0. */
  index: number;
  name: string;
}

export type EventBody =
  | {
      type: 'session-started';
      version: typeof FORMAT_VERSION;
      tsstep: string;
      /** Unique per run. */
      run: string;
      argv: readonly string[];
      spec: Spec;
      /** What was known before the first operation: the host's facts, this run, its supervisor. */
      known: Known;
    }
  /** A keyframe: the whole state as read, so that a replay need not start at the beginning. */
  | { type: 'snapshot'; state: Snapshot }
  | { type: 'stage-entered'; stage: StageName; summary: string }
  | { type: 'stage-left'; stage: StageName }
  | ({ type: 'operation-started'; operation: Operation } & OperationRef)
  /** `nanoseconds` is the operation alone, `observed` the looking afterwards (0: nobody looked). */
  | ({
      type: 'operation-ended';
      ok: true;
      value: Json;
      nanoseconds: number;
      changes: readonly Change[];
      observed: number;
    } & OperationRef)
  | ({ type: 'operation-ended'; ok: false; failure: Failure; nanoseconds: number } & OperationRef)
  | ({ type: 'operation-undone'; failure?: Failure; nanoseconds: number } & OperationRef)
  | {
      type: 'progress';
      stage: StageName;
      name: string;
      done: number;
      total?: number;
      unit: 'bytes' | 'files';
    }
  | {
      type: 'paused';
      before: string;
      reason: 'stage' | 'operation' | 'breakpoint' | 'interrupt' | 'until' | 'failure';
    }
  | { type: 'resumed'; command: string }
  /** The container's process runs: exec has succeeded. */
  | { type: 'started'; pid: number }
  | { type: 'exited'; code: number; signal?: string; oomKilled: boolean }
  | { type: 'output'; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'notice'; text: string }
  /**
   * `kept`: the host objects stay until `tsstep rm`. `pulled`, `updated`: the image, or other limits, were all that was asked for;
   * `created`: the container's files were. `detached`: a supervisor goes on with the container.
   */
  | {
      type: 'session-ended';
      result:
        | 'exited'
        | 'failed'
        | 'rolled-back'
        | 'kept'
        | 'cleaned'
        | 'pulled'
        | 'updated'
        | 'created'
        | 'detached'
        | 'connected'
        | 'disconnected';
      code: number;
    };

/** `seq` counts from 0; `time` is nanoseconds since the epoch as a decimal string (more than a double holds). */
export type Event = { seq: number; time: string } & EventBody;
export type EventType = Event['type'];
export type EventOf<T extends EventType> = Extract<Event, { type: T }>;
