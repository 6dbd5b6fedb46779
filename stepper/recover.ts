/** Finishing from a journal what the process that wrote it cannot finish any more: rm, clean, the end of a detached container. */
import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { failureOf } from '../core/errors.ts';
import { findNetns, ownNetns } from '../core/host/netns.ts';
import type { Failure } from '../core/operation.ts';
import { undo } from '../core/perform/undo.ts';
import type { Event, EventBody, EventOf } from '../tracer/events.ts';
import { type Journalled, undosOf } from './journals.ts';
import { now } from './session/event-stream.ts';
import type { UndoMoment, UndoProblem } from './session/session.ts';

export interface Recovery {
  /** `stage:operation` of what was taken back. */
  undone: readonly string[];
  problems: readonly UndoProblem[];
}

/** How the session ended, for its journal. */
export type Ended = Pick<EventOf<'session-ended'>, 'result' | 'code'>;

/**
 * Takes back everything that is pending and falls due at `moments`, and writes it down, so that nothing is done twice. The
 * journal goes when nothing is left that a removal would have to do. `keepVolumes`: anonymous ones stay, for `volume rm`.
 */
export async function recover(
  journalled: Journalled,
  moments: readonly UndoMoment[],
  ended: Ended,
  { keepVolumes = false } = {},
): Promise<Recovery> {
  const { known, pending } = journalled;
  const { netns } = known.host;
  const elsewhere = netns === ownNetns() ? undefined : findNetns(netns);
  if (elsewhere)
    return { undone: [], problems: [{ at: journalled.run, failure: inAnother(netns, elsewhere) }] };
  const networkGone = netns !== ownNetns();
  const undone: string[] = [];
  const problems: UndoProblem[] = [];
  const write = writerFor(journalled);
  const due = undosOf(pending, moments);
  for (const { step, action } of due) {
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
  const lasting = moments.includes('remove') ? [] : undosOf(pending, ['remove']);
  if (lasting.length === 0) rmSync(journalled.path, { force: true });
  // What had nothing to take back is as it was: a container that was only created keeps saying so.
  else if (due.length > 0 || isOpen(journalled)) write({ type: 'session-ended', ...ended });
  return { undone, problems };
}

const isOpen = ({ result }: Journalled): boolean => result === undefined || result === 'detached';

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

/** Appends to the journal, behind a last line that may have been cut off. Undoing the journal's own directory may be part of it. */
function writerFor({ path, next }: Journalled): (body: EventBody) => void {
  let seq = next;
  return (body) => {
    const event: Event = { seq: seq++, time: String(now()), ...body };
    if (existsSync(path)) appendFileSync(path, `\n${JSON.stringify(event)}\n`);
  };
}
