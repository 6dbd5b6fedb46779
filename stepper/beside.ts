/** A session beside a container that runs: it changes its networks or its limits, and may be stepped through like a run. */
import { requireTools } from '../core/doctor/tools.ts';
import { failureOf, TsstepError } from '../core/errors.ts';
import { isAlive } from '../core/kernel/proc.ts';
import type { Known } from '../core/known.ts';
import type { Failure } from '../core/operation.ts';
import type { Stage } from '../core/stage.ts';
import type { Container } from '../core/store/containers.ts';
import { EVERYTHING } from './drive.ts';
import { type RunRequest, runSession } from './run-session.ts';

export interface BesideRequest extends RunRequest {
  result: 'connected' | 'disconnected' | 'updated';
  /** Writes down what is now. @throws when it cannot, or the container has ended meanwhile: everything is taken back then */
  save(known: Known): Promise<void>;
}

/** Docker's exit code for what the daemon refuses. */
const FAILED = 1;

/** @returns tsstep's exit code */
export async function changeBeside(request: BesideRequest, stage: Stage): Promise<number> {
  requireTools(request.spec);
  return await runSession(request, [stage], ({ session }) => ({
    started: async (letGo) => {
      letGo();
      try {
        await request.save(session.known);
        return { result: request.result, code: 0 };
      } catch (error) {
        const problems = await session.undo(EVERYTHING);
        return { result: 'failed', failure: refused(error), at: stage.name, problems };
      }
    },
    codeOf: () => FAILED,
    // Half-done it is neither what it was nor what was asked for; the next change takes that back first.
    keptCode: FAILED,
    keepsJournal: true,
  }));
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

/** What is known of a container that runs. */
export const knownOf = ({ config, state }: Container): Partial<Known> => ({
  id: config.id,
  name: config.name,
  created: config.created,
  ...(state.process && isAlive(state.process) && { init: state.process }),
  ...(state.ports && { ports: state.ports }),
});
