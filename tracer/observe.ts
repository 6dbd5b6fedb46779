/** Looking: re-reads what an operation can have changed and keeps the rest of the last snapshot. */

import type { Known } from '../core/known.ts';
import { knownTree } from './known.ts';
import { probes } from './probes/index.ts';
import type { ProbeContext, ProbeName, Snapshot, Tree } from './snapshot.ts';

/** Every section, for the end of a stage. */
export const everything: readonly ProbeName[] = Object.keys(probes) as ProbeName[];

export interface Observation {
  snapshot: Snapshot;
  /** How long the looking took: it is not the operation's time. */
  nanoseconds: number;
}

/** What is known changes far less often than somebody looks. */
const trees = new WeakMap<Known, Tree>();

export async function observe(
  context: ProbeContext,
  names: readonly ProbeName[],
  previous: Snapshot,
): Promise<Observation> {
  const start = process.hrtime.bigint();
  // A context of its own: readings that probes share live exactly as long as this observation.
  const own = { ...context };
  // Those that run a tool return a promise, so all tools work at the same time.
  const readings = await Promise.all(names.map(async (name) => [name, await probes[name](own)] as const));
  const known = trees.get(context.known) ?? knownTree(context.known);
  trees.set(context.known, known);
  const snapshot: Snapshot = {
    host: { ...previous.host },
    container: { ...previous.container },
    known,
  };
  for (const [name, tree] of readings) {
    const dot = name.indexOf('.');
    const side = snapshot[name.slice(0, dot) as 'host' | 'container'];
    if (tree) side[name.slice(dot + 1)] = tree;
    else delete side[name.slice(dot + 1)];
  }
  return { snapshot, nanoseconds: Number(process.hrtime.bigint() - start) };
}
