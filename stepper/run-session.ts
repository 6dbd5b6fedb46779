/** One session from its first event to its last, whatever it is for: what all of them have in common. */
import type { Failure } from '../core/operation.ts';
import type { Stage } from '../core/stage.ts';
import type { EventOf } from '../tracer/events.ts';
import { type Driven, type DriveOptions, drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { type OpenedSession, openSession, type SessionRequest } from './open-session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface RunRequest extends SessionRequest {
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
}

export type NotStarted = Exclude<Driven, { result: 'started' }>;

/** How a session that came to its end is written down, with tsstep's exit code, and what is done after that. */
export interface Outcome extends Pick<EventOf<'session-ended'>, 'result' | 'code'> {
  after?: () => void;
}

/** What one kind of session has of its own. */
export interface Purpose {
  readonly waits?: DriveOptions['waits'];
  /**
   * Everything is performed. Signals still stop the run until `letGo`.
   * @returns also a failure: then it has been taken back
   */
  started(letGo: () => void): Outcome | NotStarted | Promise<Outcome | NotStarted>;
  /** tsstep's exit code where something failed. */
  codeOf(failure: Failure): number;
  /** tsstep's exit code where somebody kept it as it was; docker has nothing like that. */
  readonly keptCode?: number;
  /** The journal is kept then, whatever is in it. */
  readonly keepsJournal?: boolean;
  /** It has failed, and that has been shown, or a person did not want it. */
  notStarted?(driven: NotStarted, code: number): void | Promise<void>;
}

/** @returns tsstep's exit code @throws TsstepError usage: nothing can be written where it should */
export async function runSession(
  request: RunRequest,
  stages: readonly Stage[],
  purposeOf: (opened: OpenedSession) => Purpose,
): Promise<number> {
  const opened = openSession(request, stages);
  const { session, events } = opened;
  const purpose = purposeOf(opened);
  const interrupts = new Interrupts(request, () => session.machine.close());
  let keep = false;
  try {
    await opened.start();
    const { stepping, frontEnd, faults } = request;
    const { waits } = purpose;
    const driven = await drive({
      ...{ session, stepping, frontEnd, faults, events, stop: interrupts, ...(waits && { waits }) },
    });
    const ended = driven.result === 'started' ? await purpose.started(() => interrupts.letGo()) : driven;
    keep = ended.result === 'kept' && purpose.keepsJournal === true;
    const outcome = 'code' in ended ? ended : await notStarted(ended, purpose, interrupts.code);
    events.emit({ type: 'session-ended', result: outcome.result, code: outcome.code });
    outcome.after?.();
    return outcome.code;
  } finally {
    interrupts.stop();
    opened.close({ keep });
  }
}

async function notStarted(driven: NotStarted, purpose: Purpose, interrupted: number): Promise<Outcome> {
  const codes = { kept: purpose.keptCode ?? 0, 'rolled-back': interrupted };
  const code = driven.result === 'failed' ? purpose.codeOf(driven.failure) : codes[driven.result];
  if (driven.result === 'failed') showFailure(driven.failure, driven.at);
  await purpose.notStarted?.(driven, code);
  if ('problems' in driven) showProblems(driven.problems);
  return { result: driven.result, code };
}
