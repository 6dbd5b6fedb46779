/** A session beside a container that runs: it changes its networks or its limits, and may be stepped through like a run. */
import { requireTools } from '../core/doctor/tools.ts';
import { failureOf, TsstepError } from '../core/errors.ts';
import { isAlive } from '../core/kernel/proc.ts';
import type { Known } from '../core/known.ts';
import type { Failure } from '../core/operation.ts';
import type { Stage } from '../core/stage.ts';
import type { Container } from '../core/store/containers.ts';
import { type Driven, drive, EVERYTHING } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { type OpenedSession, openSession, type SessionRequest } from './open-session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface BesideRequest extends SessionRequest {
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
  result: 'connected' | 'disconnected' | 'updated';
  /** Writes down what is now. @throws when it cannot, or the container has ended meanwhile: everything is taken back then */
  save(known: Known): Promise<void>;
}

/** Docker's exit code for what the daemon refuses. */
const FAILED = 1;

/** @returns tsstep's exit code */
export async function changeBeside(request: BesideRequest, stage: Stage): Promise<number> {
  requireTools(request.spec);
  const opened = openSession(request, [stage]);
  const { session } = opened;
  const interrupts = new Interrupts(request, () => session.machine.close());
  let keep = false;
  try {
    await opened.start();
    const driven = await saved(
      request,
      opened,
      await drive({ ...request, session, events: opened.events, stop: interrupts }),
      interrupts,
    );
    keep = driven.result === 'kept';
    return ended(request, opened, driven, interrupts.code);
  } finally {
    interrupts.stop();
    opened.close({ keep });
  }
}

async function saved(
  { save }: BesideRequest,
  { session }: OpenedSession,
  driven: Driven,
  interrupts: Interrupts,
): Promise<Driven> {
  if (driven.result !== 'started') return driven;
  interrupts.letGo();
  const at = session.performed.at(-1)?.stage.name ?? 'the end';
  try {
    await save(session.known);
    return driven;
  } catch (error) {
    return { result: 'failed', failure: refused(error), at, problems: await session.undo(EVERYTHING) };
  }
}

/** With --rm, one that has ended is gone altogether. */
function refused(error: unknown): Failure {
  const failure = failureOf(error);
  return failure.code === 'no-such-container' ? hasEnded().failure : failure;
}

export const hasEnded = (): TsstepError =>
  new TsstepError({
    code: 'container-state',
    what: 'the container has ended meanwhile',
    why: 'its process is gone, and what was made for it is taken back',
    remedy: 'tsstep start it, and then once more',
    exit: FAILED,
  });

function ended(
  { result }: BesideRequest,
  { events }: OpenedSession,
  driven: Driven,
  interrupted: number,
): number {
  // Kept half-done it is neither what it was nor what was asked for; the next change takes that back first.
  const codes = { started: 0, kept: FAILED, failed: FAILED, 'rolled-back': interrupted };
  const code = codes[driven.result];
  if (driven.result === 'failed') showFailure(driven.failure, driven.at);
  if ('problems' in driven) showProblems(driven.problems);
  events.emit({
    type: 'session-ended',
    result: driven.result === 'started' ? result : driven.result,
    code,
  });
  return code;
}

/** What is known of a container that runs. */
export const knownOf = ({ config, state }: Container): Partial<Known> => ({
  id: config.id,
  name: config.name,
  created: config.created,
  ...(state.process && isAlive(state.process) && { init: state.process }),
  ...(state.ports && { ports: state.ports }),
});
