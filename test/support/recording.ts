/** Runs whose events were kept, as lists of operations. */
import type { Event, EventOf, OperationRef } from '../../tracer/events.ts';
import type { Result, StartOptions } from './commands.ts';
import type { Sandbox } from './sandbox.ts';

export interface Recording extends Result {
  events: readonly Event[];
  /** The arguments of `tsstep`, to run it again. */
  argv: readonly string[];
}

/** The code of a container that was killed. */
const KILLED = 137;

/**
 * A run whose command never ends by itself: it is killed once tsstep has looked at it, because a process that is gone has no
 * state to record.
 */
export async function record(
  sandbox: Sandbox,
  argv: readonly string[],
  options: StartOptions = {},
): Promise<Recording> {
  const run = sandbox.startTsstep(argv, { ...options, events: true });
  const started = await run.event(
    'started',
    (event): event is EventOf<'started'> => event.type === 'started',
  );
  process.kill(started.pid, 'SIGKILL');
  const result = await run.ended;
  if (result.code !== KILLED)
    throw new Error(`tsstep ${argv.join(' ')} ended with ${result.code}: ${result.stderr}`);
  return { ...result, events: run.events, argv };
}

export const ofType = <T extends Event['type']>(events: readonly Event[], type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

export const nameOf = ({ stage, name }: OperationRef): string => `${stage}:${name}`;

/** `stage:operation` of everything that was tried, in order. */
export function operationsOf(events: readonly Event[]): string[] {
  return ofType(events, 'operation-started').map(nameOf);
}
