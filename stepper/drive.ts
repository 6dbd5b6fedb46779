/** Takes a session from its first operation to exec, pausing where it should; takes it back when something fails. */
import { failureOf } from '../core/errors.ts';
import type { Failure } from '../core/operation.ts';
import type { Decision, FrontEnd } from './front-end.ts';
import type { EventStream } from './session/event-stream.ts';
import type { Session, Step, UndoProblem } from './session/session.ts';
import type { Pace, PauseReason, Stepping } from './stepping.ts';

export type Driven =
  | { result: 'started' }
  | { result: 'failed'; failure: Failure; at: string; problems: readonly UndoProblem[] }
  | { result: 'rolled-back'; problems: readonly UndoProblem[] }
  | { result: 'kept' };

export interface DriveOptions {
  session: Session;
  stepping: Stepping;
  frontEnd: FrontEnd;
  events: EventStream;
  /** Errno by `stage:operation`: the outcome of that operation instead of performing it. */
  faults: ReadonlyMap<string, string>;
  /** Set by a signal: stop and roll back before the next operation. */
  stop: { requested: boolean };
  /** Told where a person is waited for, `network` or `network:lease`, and with undefined that it goes on. */
  waits?: (at: string | undefined) => Promise<void>;
}

/** What a rollback takes back. */
export const EVERYTHING = ['exit', 'remove', 'rollback'] as const;

const nameOf = ({ stage, operation }: Step): string => `${stage.name}:${operation.name}`;

async function pause(
  { session, stepping, frontEnd, events, stop, waits }: DriveOptions,
  reason: PauseReason,
  step: Step,
): Promise<Decision | undefined> {
  if (!frontEnd.ask) return undefined;
  // First: whoever hears of the pause may ask for the container's state.
  await waits?.(step.index === 0 ? step.stage.name : nameOf(step));
  events.emit({ type: 'paused', before: nameOf(step), reason });
  const decision = await frontEnd.ask({ session, stepping, reason }).finally(() => waits?.(undefined));
  events.emit({ type: 'resumed', command: 'go' in decision ? decision.go : `quit ${decision.quit}` });
  if (stop.requested) return { quit: 'roll-back' };
  if ('go' in decision) await session.catchUp();
  return decision;
}

/** Never throws: a stage that cannot plan or a probe that cannot read ends like an operation that failed, with a rollback. */
export async function drive(options: DriveOptions): Promise<Driven> {
  try {
    return await walk(options);
  } catch (error) {
    const at = options.session.stage?.name ?? 'the end';
    const problems = await options.session.undo(EVERYTHING);
    return { result: 'failed', failure: failureOf(error), at, problems };
  }
}

async function walk(options: DriveOptions): Promise<Driven> {
  const { session, stepping, faults, stop } = options;
  const rollBack = async (): Promise<Driven> => ({
    result: 'rolled-back',
    problems: await session.undo(EVERYTHING),
  });
  for (let [step] = session.upcoming; step; [step] = session.upcoming) {
    if (stop.requested) return await rollBack();
    const at = nameOf(step);
    const reason = stepping.reasonToPause(step);
    const decision = reason && (await pause(options, reason, step));
    if (decision && 'quit' in decision)
      return decision.quit === 'keep' ? { result: 'kept' } : await rollBack();
    if (decision) stepping.resume(decision.go as Pace, step.stage.name);
    const ahead = stepping.goesOn(step.stage.name)
      ? session.upcoming.filter(({ operation }) => !faults.has(`${step.stage.name}:${operation.name}`))
      : [];
    const ended = await session.forward(faults.get(at), ahead);
    if (!ended.ok && stop.requested) return await rollBack();
    if (!ended.ok) return await failed(options, ended.failure, step);
  }
  // It came while the command was being executed: nobody has seen it run yet.
  if (stop.requested) return await rollBack();
  noticeMissed(options);
  return { result: 'started' };
}

/** Somebody who steps wants to see the state in which it failed before it is taken back. */
async function failed(options: DriveOptions, failure: Failure, step: Step): Promise<Driven> {
  if (options.frontEnd.observes && !options.stop.requested) await pause(options, 'failure', step);
  return { result: 'failed', failure, at: nameOf(step), problems: await options.session.undo(EVERYTHING) };
}

/** A name with a typing error would otherwise just never be met. */
function noticeMissed({ session, stepping, faults, events }: DriveOptions): void {
  const met = new Set(session.performed.map(nameOf));
  for (const at of [...stepping.breakpoints, ...faults.keys()]) {
    if (!at.includes(':') || met.has(at)) continue;
    const text = `"${at}" was never reached: this run had no such operation (tsstep plan run … lists them)`;
    events.emit({ type: 'notice', text });
  }
}
