/** Finishing from a journal what the process that wrote it cannot finish any more: rm, clean. */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../core/host/process.ts';
import { tolerating } from '../core/kernel/errno.ts';
import { type Known, learn } from '../core/known.ts';
import { journals } from '../core/paths.ts';
import { undo } from '../core/perform/undo.ts';
import type { Event, EventOf, OperationRef } from '../tracer/events.ts';
import { failureOf } from '../core/errors.ts';
import type { Failure } from '../core/operation.ts';

type Started = EventOf<'operation-started'>;

export interface Journalled {
  path: string;
  run: string;
  known: Known;
  /** Operations that were tried and not taken back, last first. */
  pending: readonly Started[];
  /** Whether exec had succeeded. */
  started: boolean;
  /** How the session said that it ended; undefined: it could not say. */
  result: EventOf<'session-ended'>['result'] | undefined;
}

const keyOf = ({ stage, index }: OperationRef): string => `${stage}/${index}`;

/** The last line may be cut off: the process was killed while it wrote, and had not yet done what the line says. */
function parse(text: string): Event[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Event];
    } catch {
      return [];
    }
  });
}

export function readJournal(path: string): Journalled | undefined {
  const text = tolerating(['ENOENT'], () => readFileSync(path, 'utf8'));
  const events = parse(text ?? '');
  const first = events.find((event) => event.type === 'session-started');
  if (!first) return undefined;
  let known = first.known;
  const pending = new Map<string, Started>();
  for (const event of events) {
    if (event.type === 'operation-started') pending.set(keyOf(event), event);
    else if (event.type === 'operation-undone' && !event.failure) pending.delete(keyOf(event));
    else if (event.type === 'operation-ended' && event.ok) {
      const saves = pending.get(keyOf(event))?.operation.saves;
      if (saves) known = learn(known, saves, event.value);
    }
  }
  return {
    path,
    run: first.run,
    known,
    pending: [...pending.values()].reverse(),
    started: events.some(({ type }) => type === 'started'),
    result: events.find((event) => event.type === 'session-ended')?.result,
  };
}

export interface Recovery {
  /** `stage:operation` of what was taken back. */
  undone: readonly string[];
  problems: readonly { at: string; failure: Failure }[];
}

/**
 * Takes back everything that is pending, and removes the journal when nothing is left. What only a failed creation takes back
 * (a new named volume) stays when the container had run.
 */
export async function recover(journalled: Journalled): Promise<Recovery> {
  const undone: string[] = [];
  const problems: { at: string; failure: Failure }[] = [];
  for (const { stage, name, operation } of journalled.pending) {
    const how = operation.undo;
    if (typeof how === 'string' || (how.at === 'rollback' && journalled.started)) continue;
    const at = `${stage}:${name}`;
    try {
      await undo(how.do, { known: journalled.known });
      undone.push(at);
    } catch (error) {
      problems.push({ at, failure: failureOf(error) });
    }
  }
  if (problems.length === 0) rmSync(journalled.path, { force: true });
  return { undone, problems };
}

export function listJournals(root: string): Journalled[] {
  const files = tolerating(['ENOENT'], () => readdirSync(journals(root))) ?? [];
  return files
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => readJournal(join(journals(root), file)))
    .filter((journalled) => journalled !== undefined);
}

/** Runs that neither ended nor are still driven by the process that started them. */
export function abandoned(root: string): Journalled[] {
  return listJournals(root).filter(({ known, result }) => result === undefined && !isAlive(known.supervisor));
}
