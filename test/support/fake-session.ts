/** A session on the fake machine, for any flags. */
import type { Operation } from '../../core/operation.ts';
import { pipeline } from '../../core/pipeline.ts';
import type { RunFlags } from '../../core/spec/flags.ts';
import { parseSpec } from '../../core/spec/parse.ts';
import { secretNames } from '../../core/spec/secrets.ts';
import { EventStream } from '../../stepper/session/event-stream.ts';
import { LiveSession, type Observer } from '../../stepper/session/live.ts';
import type { Event } from '../../tracer/events.ts';
import { emptySnapshot } from '../../tracer/snapshot.ts';
import { FakeMachine } from './fake-machine.ts';
import { knownOf } from './fixed-host.ts';

const blind: Observer = {
  observe: async (_known, _step, previous) => await Promise.resolve({ snapshot: previous, nanoseconds: 0 }),
  read: async () => await Promise.resolve(emptySnapshot),
  diff: () => [],
  close: () => undefined,
};

export interface FakeRun {
  session: LiveSession;
  machine: FakeMachine;
  events: Event[];
}

export async function fakeRun(flags: RunFlags = {}, command: readonly string[] = ['true']): Promise<FakeRun> {
  const spec = parseSpec(flags, 'lab', command, {});
  const machine = new FakeMachine();
  const stream = new EventStream();
  const events: Event[] = [];
  stream.listen((event) => events.push(event));
  const session = new LiveSession({
    spec,
    known: knownOf(),
    stages: pipeline,
    machine,
    events: stream,
    observer: undefined,
    looksFor: blind,
    thorough: false,
    secrets: secretNames(spec),
  });
  await session.start();
  return { session, machine, events };
}

/** Steps until nothing is left, or until an operation fails. */
export async function toTheEnd({ session }: FakeRun): Promise<Operation[]> {
  while (session.upcoming.length > 0) if (!(await session.forward()).ok) break;
  return session.performed.map(({ operation }) => operation);
}
