/** The journals of runs on disk: what was tried, what is still to be taken back, and whether somebody is at it. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../core/kernel/errno.ts';
import { isAlive } from '../core/kernel/proc.ts';
import { type Known, learn } from '../core/known.ts';
import { containerFiles, journals } from '../core/paths.ts';
import { supervisorOf } from '../core/store/containers.ts';
import type { Event, EventOf, OperationRef } from '../tracer/events.ts';
import type { UndoMoment } from './session/session.ts';

export type Started = EventOf<'operation-started'>;

export interface Journalled {
  path: string;
  run: string;
  known: Known;
  /** Operations that were tried and not taken back, last first. */
  pending: readonly Started[];
  /** Whether exec had succeeded. */
  started: boolean;
  /** `--rm`. */
  remove: boolean;
  /** The container's process was there before: the session has put it into a network, or taken it out of one. */
  beside: boolean;
  /** How the session said that it ended; undefined: it could not say. */
  result: EventOf<'session-ended'>['result'] | undefined;
  /** The number that the next event gets. */
  next: number;
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

/** undefined: there is none, or not even its first line was written. */
function readJournal(path: string): Journalled | undefined {
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
    // The command runs from the moment that execve has succeeded; a kill may have come before anybody could say so.
    started: events.some((event) => event.type === 'operation-ended' && event.ok && event.name === 'execve'),
    remove: first.spec.rm,
    beside: first.known.init !== undefined,
    result: events.findLast((event) => event.type === 'session-ended')?.result,
    next: (events.at(-1)?.seq ?? -1) + 1,
  };
}

export function listJournals(root: string): Journalled[] {
  const files = tolerating(['ENOENT'], () => readdirSync(journals(root))) ?? [];
  return files
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => readJournal(join(journals(root), file)))
    .filter((journalled) => journalled !== undefined);
}

/**
 * Whether something of the run is there on purpose: it is being driven, somebody supervises the container that it made, or it was
 * kept and its init waits.
 */
export function isLiving({ known, result, beside }: Journalled): boolean {
  // The container's supervisor knows nothing of a session that only changes its networks.
  if (beside && result === undefined) return isAlive(known.supervisor);
  if (result === undefined || result === 'detached') return isAlive(known.supervisor) || isSupervised(known);
  return stays.has(result) && known.init !== undefined && isAlive(known.init);
}

/** What these sessions have made is there as long as the container's process. */
const stays: ReadonlySet<EventOf<'session-ended'>['result']> = new Set(['kept', 'connected', 'disconnected']);

function isSupervised({ host, id }: Known): boolean {
  const supervisor = id === undefined ? undefined : supervisorOf(host.root, id);
  return supervisor !== undefined && isAlive(supervisor);
}

/** What falls due when nobody drives a run any more. A container that ran keeps its files, as with docker after a crash. */
export function dueAfterCrash({ started, remove, result }: Journalled): UndoMoment[] {
  if (result === 'created') return [];
  if (!started) return ['exit', 'remove', 'rollback'];
  return remove ? ['exit', 'remove'] : ['exit'];
}

/** Whether the session has come to its end: the command ran, or files were all that was asked for. */
export const isWhole = ({ started, result }: Journalled): boolean => started || result === 'created';

/** What falls due when the container is removed. A new named volume stays once the container was created. */
export function dueAtRemoval(journalled: Journalled): UndoMoment[] {
  return isWhole(journalled) ? ['exit', 'remove'] : ['exit', 'remove', 'rollback'];
}

export const undosOf = (pending: readonly Started[], moments: readonly UndoMoment[]) =>
  pending.flatMap((step) => {
    const how = step.operation.undo;
    return typeof how === 'string' || !moments.includes(how.at) ? [] : [{ step, action: how.do }];
  });

/**
 * Runs whose process is gone and that are not over: they could not say how they ended, they were kept and their init has died
 * since, or something could not be taken back.
 */
export function abandoned(root: string): Journalled[] {
  return listJournals(root).filter((journalled) => {
    const { known, beside, result } = journalled;
    if (isLiving(journalled) || isAlive(known.supervisor)) return false;
    if (isSupervised(known) && !(beside && result === undefined)) return false;
    if (journalled.result === undefined || journalled.result === 'kept') return true;
    return undosOf(journalled.pending, dueAfterCrash(journalled)).length > 0;
  });
}

/** Journals without a first line: their process was killed before it did anything. A new one may be about to be written. */
export function removeEmptyJournals(root: string, olderThan: number): number {
  const files = tolerating(['ENOENT'], () => readdirSync(journals(root))) ?? [];
  const empty = files.filter((file) => {
    // The run's name begins with the milliseconds of its start in base 36.
    const begun = Number.parseInt(file.split('-')[0] ?? '', 36);
    return file.endsWith('.jsonl') && begun < olderThan && !readJournal(join(journals(root), file));
  });
  for (const file of empty) rmSync(join(journals(root), file), { force: true });
  return empty.length;
}

/** Those of a container, the newest first: of its start and of what has been connected since, and of its creation. */
export function journalsOf(root: string, id: string): Journalled[] {
  // A run's name begins with the time of its start.
  return listJournals(root)
    .filter(({ known }) => known.id === id)
    .sort((a, b) => b.run.localeCompare(a.run));
}

/** The journal of the run that made this container; it exists until the container is removed. */
export const journalOf = (root: string, id: string): Journalled | undefined => journalsOf(root, id).at(-1);

/** Whether the container's directory is still there. */
export const hasDirectory = (root: string, id: string): boolean =>
  existsSync(containerFiles(root, id).directory);
