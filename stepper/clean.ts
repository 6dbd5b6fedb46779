/** Taking back what runs that were killed have left, from their journals, and what has not even a journal any more. */
import { rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { thaw } from '../core/cgroup/freezer.ts';
import { readLayout } from '../core/cgroup/layout.ts';
import { releaseOf } from '../core/doctor/holds.ts';
import {
  holds,
  leases,
  memberships,
  nameLinks,
  partialImages,
  partialLayers,
} from '../core/doctor/leaks/files.ts';
import type { Found, Owner } from '../core/doctor/leaks/index.ts';
import { failureOf } from '../core/errors.ts';
import { takeLock, withLock } from '../core/kernel/fs.ts';
import type { Places } from '../core/known.ts';
import { releaseLease } from '../core/network/leases.ts';
import { leaveNames } from '../core/network/members.ts';
import { containerFiles, lock } from '../core/paths.ts';
import { release } from '../core/perform/share.ts';
import { listContainers, readContainer } from '../core/store/containers.ts';
import {
  abandoned,
  dueAfterCrash,
  hasDirectory,
  type Journalled,
  journalsOf,
  removeEmptyJournals,
  undosOf,
} from './journals.ts';
import { journalled, Living } from './leaks.ts';
import { endUnseen } from './lifecycle/ending.ts';
import { type Recovery, recover } from './recover.ts';

export interface Cleaned extends Recovery {
  /** The run, or what was there without one. */
  what: string;
}

/** Safe to be repeated, and to be done while other containers run. */
export async function clean(places: Places): Promise<Cleaned[]> {
  const cleaned: Cleaned[] = [];
  for (const run of abandoned(places.root)) {
    const finished = await whileNobodyElse(places.root, run.known.id, () => finish(places.root, run.run));
    if (finished) cleaned.push(finished);
  }
  cleaned.push(...(await settled(places.root)));
  for (const { found, remove } of stale(places)) cleaned.push(await removing(found, remove));
  cleaned.push(...(await thawed(places.root)));
  const empty = removeEmptyJournals(places.root, Date.now() - A_MINUTE);
  if (empty > 0) cleaned.push({ what: `empty journals: ${empty}`, undone: [], problems: [] });
  return cleaned;
}

/** Whoever has the container's lock brings it on, or cleans too; its turn comes the next time. */
async function whileNobodyElse<T>(
  root: string,
  id: string | undefined,
  fn: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  if (id === undefined || !hasDirectory(root, id)) return await fn();
  const unlock = await takeLock(containerFiles(root, id).directory, 'exclusive', 0);
  try {
    return unlock && (await fn());
  } finally {
    unlock?.();
  }
}

/** Looked for again: somebody may have finished it, or started the container, since it was found. */
async function finish(root: string, name: string): Promise<Cleaned | undefined> {
  const run = abandoned(root).find((one) => one.run === name);
  return run && (await finishRun(root, run));
}

async function finishRun(root: string, run: Journalled): Promise<Cleaned> {
  const { known, started, remove } = run;
  const name = known.name === undefined ? '' : `, container ${known.name}`;
  const kept = started && !remove ? ` (it ran: its files stay until \`tsstep rm ${known.name}\`)` : '';
  const end = known.id === undefined ? undefined : endUnseen(root, known.id, known.init);
  const ended = { result: 'cleaned', code: end?.exit.code ?? 0 } as const;
  const recovery = await recover(run, dueAfterCrash(run), ended);
  if (recovery.problems.length === 0) end?.write();
  return { what: `run ${run.run}${name}${kept}`, ...recovery };
}

/** Containers of which nothing is left to take back, like one that waited for its next start. */
async function settled(root: string): Promise<Cleaned[]> {
  const found: Cleaned[] = [];
  for (const { config } of listContainers(root)) {
    const settle = () => settleDead(root, config.id);
    if (readContainer(root, config.id)?.state.status !== 'dead') continue;
    if (await whileNobodyElse(root, config.id, settle))
      found.push({ what: `container ${config.name}, which nobody supervised`, undone: [], problems: [] });
  }
  return found;
}

function settleDead(root: string, id: string): boolean {
  const state = readContainer(root, id)?.state;
  const pending = journalsOf(root, id).some((run) => undosOf(run.pending, ['exit']).length > 0);
  if (state?.status !== 'dead' || pending) return false;
  endUnseen(root, id, state.process)?.write();
  return true;
}

/** Containers that a commit has frozen which was killed: it held the lock. */
async function thawed(root: string): Promise<Cleaned[]> {
  const found: Cleaned[] = [];
  for (const { config } of listContainers(root)) {
    const runs = () => readContainer(root, config.id)?.state.status === 'running';
    if (!runs()) continue;
    const unlock = await takeLock(containerFiles(root, config.id).directory, 'exclusive', 0);
    // What a person has paused, until this very moment, stays so.
    if (unlock && runs() && thaw(readLayout(), config.id))
      found.push({ what: `container ${config.name}, which was frozen`, undone: [], problems: [] });
    unlock?.();
  }
  return found;
}

/** A journal is empty for an instant only. */
const A_MINUTE = 60_000;

type Remove = (path: string) => void | Promise<void>;

async function removing({ what, path }: Found, remove: Remove): Promise<Cleaned> {
  try {
    if (path !== undefined) await remove(path);
    return { what, undone: [], problems: [] };
  } catch (error) {
    return { what, undone: [], problems: [{ at: what, failure: failureOf(error) }] };
  }
}

const removePath: Remove = (path) => rmSync(path, { recursive: true, force: true });

/** Files that say that somebody holds something, where that somebody neither lives nor has a journal that would end it. */
function stale(places: Places): { found: Found; remove: Remove }[] {
  const kinds: readonly (readonly [Found[], Remove])[] = [
    [
      leases(places),
      (path) => releaseLease(places.run, basename(dirname(path)), basename(path).replace(/^\./, '')),
    ],
    [
      memberships(places),
      (path) => leaveNames(places, basename(dirname(path)), basename(path).replace(/^\./, '')),
    ],
    [holds(places), (path) => letGo(places, path)],
    [nameLinks(places), removePath],
    [partialLayers(places), removePath],
    [partialImages(places), removePath],
  ];
  const living = new Living(places);
  const remembered = journalled(places.root);
  const isStale = (owner: Owner): boolean => {
    const container = typeof owner === 'object' && 'container' in owner ? owner.container : '';
    return !living.owns(owner) && !remembered.has(container);
  };
  return kinds.flatMap(([all, remove]) =>
    all.filter(({ owner }) => isStale(owner)).map((found) => ({ found, remove })),
  );
}

/** `path`: `<resource>/holders/<container>`, or `<resource>/holders` when nobody holds it. */
async function letGo(places: Places, path: string): Promise<void> {
  if (basename(path) === 'holders') {
    const run = dirname(dirname(dirname(path)));
    await withLock(lock(run), () => removePath(dirname(path)));
    return;
  }
  const resource = basename(dirname(dirname(path)));
  await release(places, releaseOf(resource, basename(path)));
}
