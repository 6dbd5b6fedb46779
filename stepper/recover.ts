/** Finishing from a journal what the process that wrote it cannot finish any more: rm, clean. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf } from '../core/errors.ts';
import { findNetns, ownNetns } from '../core/host/netns.ts';
import { tolerating } from '../core/kernel/errno.ts';
import { isAlive } from '../core/kernel/proc.ts';
import { type Known, learn } from '../core/known.ts';
import type { Failure } from '../core/operation.ts';
import { containerFiles, journals } from '../core/paths.ts';
import { undo } from '../core/perform/undo.ts';
import { readContainer, writeState } from '../core/store/containers.ts';
import type { Event, EventBody, EventOf, OperationRef } from '../tracer/events.ts';
import { now } from './session/event-stream.ts';
import type { UndoMoment } from './session/session.ts';

type Started = EventOf<'operation-started'>;

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

/** Whether something of the run is still there on purpose: it is being driven, or it was kept and its init waits. */
export function isLiving({ known, result }: Journalled): boolean {
  if (result === undefined) return isAlive(known.supervisor);
  return result === 'kept' && known.init !== undefined && isAlive(known.init);
}

/** What falls due when nobody drives a run any more. A container that ran keeps its files, as with docker after a crash. */
export function dueAfterCrash({ started, remove }: Journalled): UndoMoment[] {
  if (!started) return ['exit', 'remove', 'rollback'];
  return remove ? ['exit', 'remove'] : ['exit'];
}

/** What falls due when the container is removed. A new named volume stays once the container has run. */
export function dueAtRemoval({ started }: Journalled): UndoMoment[] {
  return started ? ['exit', 'remove'] : ['exit', 'remove', 'rollback'];
}

const undosOf = (pending: readonly Started[], moments: readonly UndoMoment[]) =>
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
    if (isLiving(journalled) || isAlive(journalled.known.supervisor)) return false;
    if (journalled.result === undefined || journalled.result === 'kept') return true;
    return undosOf(journalled.pending, dueAfterCrash(journalled)).length > 0;
  });
}

export interface Recovery {
  /** `stage:operation` of what was taken back. */
  undone: readonly string[];
  problems: readonly { at: string; failure: Failure }[];
}

/**
 * Takes back everything that is pending and falls due at `moments`, and writes it down, so that nothing is done twice. The
 * journal goes when nothing is left to do when the container is removed. `keepVolumes`: anonymous ones stay, for `volume rm`.
 */
export async function recover(
  journalled: Journalled,
  moments: readonly UndoMoment[],
  { keepVolumes = false } = {},
): Promise<Recovery> {
  const { known, pending } = journalled;
  const { netns } = known.host;
  const elsewhere = netns === ownNetns() ? undefined : findNetns(netns);
  if (elsewhere)
    return { undone: [], problems: [{ at: journalled.run, failure: inAnother(netns, elsewhere) }] };
  const networkGone = netns !== ownNetns();
  const undone: string[] = [];
  const problems: { at: string; failure: Failure }[] = [];
  const write = writerFor(journalled);
  const lived = known.init !== undefined && isAlive(known.init);
  for (const { step, action } of undosOf(pending, moments)) {
    if (keepVolumes && action.kind === 'remove-volume' && action.anonymous) continue;
    const { stage, index, name } = step;
    const at = `${stage}:${name}`;
    const begin = process.hrtime.bigint();
    try {
      await undo(action, { known, networkGone });
      undone.push(at);
      const nanoseconds = Number(process.hrtime.bigint() - begin);
      write({ type: 'operation-undone', stage, index, name, nanoseconds });
    } catch (error) {
      problems.push({ at, failure: failureOf(error) });
    }
  }
  if (problems.length > 0) return { undone, problems };
  if (moments.includes('remove')) {
    rmSync(journalled.path, { force: true });
  } else {
    const code = lived ? 137 : UNSEEN;
    markExited(known, code);
    write({ type: 'session-ended', result: 'cleaned', code });
  }
  return { undone, problems };
}

/** A bridge of the same name may be here too, and would be taken for the run's. */
function inAnother(netns: string, path: string): Failure {
  return {
    code: 'container-state',
    what: 'the run was made in another network namespace',
    why: `its bridge, links and rules are in ${netns}, and this is ${ownNetns()}`,
    remedy: `nsenter --net=${path} tsstep clean`,
    exit: 125,
  };
}

/** Docker's exit code for a container that ended while nobody looked. */
const UNSEEN = 255;

function markExited({ host, id }: Known, exitCode: number): void {
  const state = id === undefined ? undefined : readContainer(host.root, id)?.state;
  if (!id || !state || state.status === 'exited') return;
  const error = 'the tsstep that ran it was killed';
  writeState(host.root, id, {
    ...state,
    status: 'exited',
    finishedAt: new Date().toISOString(),
    exitCode,
    error,
  });
}

/** Appends to the journal, behind a last line that may have been cut off. Undoing the journal's own directory may be part of it. */
function writerFor({ path, next }: Journalled): (body: EventBody) => void {
  let seq = next;
  return (body) => {
    const event: Event = { seq: seq++, time: String(now()), ...body };
    if (existsSync(path)) appendFileSync(path, `\n${JSON.stringify(event)}\n`);
  };
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

/** The journal of the run that made this container; it exists until the container is removed. */
export function journalOf(root: string, id: string): Journalled | undefined {
  return listJournals(root).find(({ known }) => known.id === id);
}

/** Whether the container's directory is still there. */
export const hasDirectory = (root: string, id: string): boolean =>
  existsSync(containerFiles(root, id).directory);
