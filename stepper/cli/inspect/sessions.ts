/** What the journals of a container say about how it was made: one for each session of tsstep, the newest first. */
import { readFileSync } from 'node:fs';
import { tolerating } from '../../../core/kernel/errno.ts';
import type { Event, OperationRef } from '../../../tracer/events.ts';
import type { Journalled } from '../../journals.ts';

interface Operation {
  Name: string;
  /** `begun`: whoever did it was killed meanwhile. */
  State: 'begun' | 'done' | 'failed' | 'undone';
  /** The doing alone. */
  Milliseconds: number;
}

interface Stage {
  Name: string;
  /** `undone`: all that could be taken back is. */
  State: 'done' | 'failed' | 'undone' | 'begun';
  Milliseconds: number;
  Operations: Operation[];
}

export function sessionOf({ path, run, result }: Journalled) {
  const text = tolerating(['ENOENT'], () => readFileSync(path, 'utf8')) ?? '';
  return { Run: run, Journal: path, Result: result ?? 'unfinished', Stages: stagesOf(text) };
}

function* eventsIn(text: string): Generator<Event> {
  for (const line of text.split('\n')) {
    try {
      if (line !== '') yield JSON.parse(line) as Event;
    } catch {
      // Its writer was killed in the middle of it.
    }
  }
}

/** By the journal's lines. */
export function stagesOf(text: string): Stage[] {
  const stages = new Map<string, Map<number, Operation>>();
  const change = ({ stage, index, name }: OperationRef, State: Operation['State'], nanoseconds?: number) => {
    const operations = stages.get(stage) ?? new Map<number, Operation>();
    stages.set(stage, operations);
    const before = operations.get(index)?.Milliseconds ?? 0;
    operations.set(index, {
      Name: name,
      State,
      Milliseconds: nanoseconds === undefined ? before : nanoseconds / 1e6,
    });
  };
  for (const event of eventsIn(text)) {
    if (event.type === 'operation-started') change(event, 'begun');
    else if (event.type === 'operation-ended') change(event, event.ok ? 'done' : 'failed', event.nanoseconds);
    else if (event.type === 'operation-undone' && !event.failure) change(event, 'undone');
  }
  return [...stages].map(([Name, operations]) => stageOf(Name, [...operations.values()]));
}

function stageOf(Name: string, Operations: Operation[]): Stage {
  const states = new Set(Operations.map(({ State }) => State));
  const State = (['begun', 'failed', 'done'] as const).find((state) => states.has(state)) ?? 'undone';
  const Milliseconds = Operations.reduce((all, operation) => all + operation.Milliseconds, 0);
  return { Name, State, Milliseconds, Operations };
}
