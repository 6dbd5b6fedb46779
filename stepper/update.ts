/** `tsstep update` of a container that runs: a stage of its own, which only writes to the cgroup. */
import { readFileSync } from 'node:fs';
import { readHostFacts } from '../core/host/facts.ts';
import type { Operation } from '../core/operation.ts';
import type { Resources } from '../core/spec/types.ts';
import type { Stage } from '../core/stage.ts';
import { driverOf } from '../core/stages/cgroups.ts';
import { drive } from './drive.ts';
import { Interrupts } from './interrupts.ts';
import { openSession, type SessionRequest } from './open-session.ts';
import { showFailure, showProblems } from './show-failure.ts';
import type { Stepping } from './stepping.ts';

export interface UpdateRequest extends SessionRequest {
  container: string;
  stepping: Stepping;
  faults: ReadonlyMap<string, string>;
}

/** @returns tsstep's exit code: where it is not 0, the limits are what they were @throws TsstepError cgroup */
export async function updateCgroup(request: UpdateRequest, before: Resources): Promise<number> {
  const { spec, container } = request;
  const host = readHostFacts(process.env, spec);
  const read = (path: string) => readFileSync(path, 'utf8').trim();
  const operations = driverOf(host).update(container, before, spec.resources, read);
  if (operations.length === 0) return 0;
  const opened = openSession({ ...request, known: { id: container } }, [stageOf(operations)]);
  const { session, events } = opened;
  const interrupts = new Interrupts(request, () => session.machine.close());
  try {
    await opened.start();
    const driven = await drive({ ...request, session, events, stop: interrupts });
    if (driven.result === 'failed') showFailure(driven.failure, driven.at);
    if ('problems' in driven) showProblems(driven.problems);
    // Kept, some limits are new and some are old, and `clean` writes the old ones back: that is no update.
    const codes = { started: 0, kept: 1, failed: 1, 'rolled-back': interrupts.code };
    const code = codes[driven.result];
    const result = driven.result === 'started' ? 'updated' : driven.result;
    events.emit({ type: 'session-ended', result, code });
    return code;
  } finally {
    interrupts.stop();
    opened.close();
  }
}

const stageOf = (operations: readonly Operation[]): Stage => ({
  name: 'cgroups',
  summary: 'Write other limits to the control group, while its processes run.',
  plan: () => operations,
});
