/** A session that puts a running container into a network, or takes it out of one. */
import { requireTools } from '../core/doctor/tools.ts';
import { TsstepError } from '../core/errors.ts';
import { takeLock } from '../core/kernel/fs.ts';
import { isAlive } from '../core/kernel/proc.ts';
import type { Known } from '../core/known.ts';
import { containerFiles } from '../core/paths.ts';
import type { Stage } from '../core/stage.ts';
import type { Container } from '../core/store/containers.ts';
import { type Driven, drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { dueAfterCrash, journalsOf } from './journals.ts';
import { type OpenedSession, openSession, type SessionRequest } from './open-session.ts';
import { recover } from './recover.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface NetworkRequest extends SessionRequest {
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
  result: 'connected' | 'disconnected';
  /** Writes down what is now. false: the container has ended meanwhile, and everything is taken back. */
  save(known: Known): Promise<boolean>;
}

/** Docker's exit code for what the daemon refuses. */
const FAILED = 1;

/** @returns tsstep's exit code */
export async function networkSession(request: NetworkRequest, stage: Stage): Promise<number> {
  requireTools(request.spec);
  const opened = openSession(request, [stage]);
  const { session, events } = opened;
  const interrupts = new Interrupts(request, () => session.machine.close());
  try {
    await opened.start();
    const driven = await drive({ ...request, session, events, stop: interrupts });
    if (driven.result !== 'started') return notDone(driven, opened, interrupts.code);
    interrupts.letGo();
    if (!(await request.save(session.known))) {
      const problems = await session.undo(['exit', 'remove', 'rollback']);
      return notDone(
        { result: 'failed', failure: hasEnded.failure, at: 'network', problems },
        opened,
        FAILED,
      );
    }
    events.emit({ type: 'session-ended', result: request.result, code: 0 });
    return 0;
  } finally {
    interrupts.stop();
    opened.close();
  }
}

const hasEnded = new TsstepError({
  code: 'container-state',
  what: 'the container has ended meanwhile',
  why: 'its network namespace is gone, and what was made for it is taken back',
  remedy: 'tsstep start it, then connect it',
  exit: FAILED,
});

function notDone(
  driven: Exclude<Driven, { result: 'started' }>,
  { events }: OpenedSession,
  interrupted: number,
): number {
  const codes = { kept: 0, failed: FAILED, 'rolled-back': interrupted };
  const code = codes[driven.result];
  if (driven.result === 'failed') showFailure(driven.failure, driven.at);
  if ('problems' in driven) showProblems(driven.problems);
  events.emit({ type: 'session-ended', result: driven.result, code });
  return code;
}

/** Milliseconds: a script that connects twice at once gets its turn; behind somebody who steps nobody waits. */
const PATIENCE = 5000;

/** Two at once would give one name to two cables. @throws TsstepError container-state */
export async function whileNobodyElse<T>(
  root: string,
  { config }: Container,
  change: () => Promise<T>,
): Promise<T> {
  const path = `${containerFiles(root, config.id).directory}/networking`;
  const unlock = await takeLock(path, 'exclusive', PATIENCE);
  if (!unlock)
    throw new TsstepError({
      code: 'container-state',
      what: `the networks of "${config.name}" are being changed`,
      why: 'another tsstep is at it, and may be waiting for somebody who steps through it',
      remedy: 'let that come to its end first',
      exit: FAILED,
    });
  try {
    await takeBackHalf(root, config.id);
    return await change();
  } finally {
    unlock();
  }
}

/** What a killed one has half made would be in the way, and be taken for ours. */
async function takeBackHalf(root: string, id: string): Promise<void> {
  for (const journalled of journalsOf(root, id)) {
    const { beside, result, known } = journalled;
    if (!beside || result !== undefined || isAlive(known.supervisor)) continue;
    const { problems } = await recover(journalled, dueAfterCrash(journalled), {
      result: 'cleaned',
      code: FAILED,
    });
    for (const { failure, at } of problems) showFailure(failure, at);
  }
}

/** What is known of a container that runs. */
export const knownOf = ({ config, state }: Container): Partial<Known> => ({
  id: config.id,
  name: config.name,
  created: config.created,
  ...(state.process && isAlive(state.process) && { init: state.process }),
  ...(state.ports && { ports: state.ports }),
});
