/** `tsstep pull`: the image stage of a run, and nothing after it. */
import { stateDirectories } from '../core/host/facts.ts';
import { readIndex, storedName } from '../core/image/store/layout.ts';
import { image } from '../core/stages/image.ts';
import { type Driven, drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { type OpenedSession, openSession, requireRoot, type SessionRequest } from './open-session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface PullRequest extends SessionRequest {
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
}

export interface Pulled {
  /** tsstep's exit code. */
  code: number;
  /** What the name means in the store now; undefined: the pull did not come to its end. */
  digest?: string;
  /** It meant something else before. */
  newer: boolean;
}

/** @param name canonical: what the image is recorded as. @throws TsstepError not-root, usage */
export async function pull(request: PullRequest, name: string): Promise<Pulled> {
  requireRoot('pull');
  const before = digestOf(name);
  const opened = openSession(request, [image]);
  const { session, events } = opened;
  const interrupts = new Interrupts(request, () => session.machine.close());
  try {
    await opened.start();
    const driven = await drive({ ...request, session, events, stop: interrupts });
    const code = ended(driven, opened, interrupts.code);
    const digest = driven.result === 'started' ? digestOf(name) : undefined;
    return { code, ...(digest !== undefined && { digest }), newer: digest !== before };
  } finally {
    interrupts.stop();
    opened.close();
  }
}

function ended(driven: Driven, { events }: OpenedSession, interrupted: number): number {
  const codes = { started: 0, kept: 0, failed: 125, 'rolled-back': interrupted };
  const code = driven.result === 'failed' ? driven.failure.exit : codes[driven.result];
  if (driven.result === 'failed') showFailure(driven.failure, driven.at);
  if ('problems' in driven) showProblems(driven.problems);
  events.emit({
    type: 'session-ended',
    result: driven.result === 'started' ? 'pulled' : driven.result,
    code,
  });
  return code;
}

function digestOf(name: string): string | undefined {
  const { root } = stateDirectories(process.env);
  return readIndex(root).find((one) => storedName(one) === name)?.digest;
}
