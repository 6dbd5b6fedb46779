/** Taking back what runs that were killed have left, from their journals, and what has not even a journal any more. */
import { existsSync, rmSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { releaseOf } from '../core/doctor/holds.ts';
import { holds, leases, nameLinks, partialImages, partialLayers } from '../core/doctor/leaks/files.ts';
import type { Found } from '../core/doctor/leaks/index.ts';
import { failureOf } from '../core/errors.ts';
import { removeTemporary } from '../core/image/temporary.ts';
import { withLock } from '../core/kernel/fs.ts';
import type { HostFacts } from '../core/known.ts';
import { releaseLease } from '../core/network/leases.ts';
import type { Failure } from '../core/operation.ts';
import { lock } from '../core/paths.ts';
import { release } from '../core/perform/share.ts';
import { Living, journalled } from './leaks.ts';
import { abandoned, dueAfterCrash, recover, removeEmptyJournals } from './recover.ts';

type Places = Pick<HostFacts, 'root' | 'run'>;

export interface Cleaned {
  /** The run, or what was there without one. */
  what: string;
  /** `stage:operation` of what was taken back. */
  undone: readonly string[];
  problems: readonly { at: string; failure: Failure }[];
}

export async function clean(places: Places): Promise<Cleaned[]> {
  const cleaned: Cleaned[] = [];
  for (const run of abandoned(places.root)) {
    const { known, started, remove } = run;
    const name = known.name === undefined ? '' : `, container ${known.name}`;
    const kept = started && !remove ? ' (its files are kept: tsstep rm)' : '';
    cleaned.push({ what: `run ${run.run}${name}${kept}`, ...(await recover(run, dueAfterCrash(run))) });
  }
  for (const [found, remove] of stale(places)) cleaned.push(await attempt(found, remove));
  const empty = removeEmptyJournals(places.root, Date.now() - A_MINUTE);
  if (empty > 0) cleaned.push({ what: `${empty} empty journal${empty === 1 ? '' : 's'}`, undone: [], problems: [] });
  return cleaned;
}

/** A journal is empty for an instant only. */
const A_MINUTE = 60_000;

async function attempt({ what }: Found, remove: () => void | Promise<void>): Promise<Cleaned> {
  try {
    await remove();
    return { what, undone: [], problems: [] };
  } catch (error) {
    return { what, undone: [], problems: [{ at: what, failure: failureOf(error) }] };
  }
}

/** What is nobody's, and how each is removed. */
function stale(places: Places): [Found, () => void | Promise<void>][] {
  const pathOf = ({ what }: Found): string => what.slice(what.indexOf('/'));
  const all: [Found, () => void | Promise<void>][] = [
    ...leases(places).map((found): [Found, () => Promise<void>] => {
      const file = pathOf(found);
      return [found, () => releaseLease(places.run, basename(dirname(file)), basename(file).replace(/^\./, ''))];
    }),
  ];
  void holds;
  void nameLinks;
  void partialImages;
  void partialLayers;
  void existsSync;
  void rmSync;
  void unlinkSync;
  void join;
  void removeTemporary;
  void withLock;
  void lock;
  void release;
  void releaseOf;
  void Living;
  void journalled;
  return all;
}
