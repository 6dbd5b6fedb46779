/**
 * What changed between two snapshots, leaf by leaf, and how to go either way with it.
 *
 * A record is seen as the set of its leaves; an empty record counts as a leaf without a value. So `{a: {}}` becoming
 * `{a: {b: 1}}` is "the empty a goes, a.b comes": only then is going back exact, because otherwise nobody could tell
 * whether an `a` that has lost its last leaf was there before.
 */
import { diff as changeset, type IChange } from 'json-diff-ts';
import { Edit } from './edit.ts';
import type { Scalar, Snapshot, Tree } from './snapshot.ts';
import { isLeaf, isTree, leaves, own, put, scalar } from './tree.ts';

/**
 * One leaf that changed. `path` from the snapshot's root: ['host','links','tsstep0','state']. An `add` without `after`, a
 * `remove` without `before`, and an `update` that lacks one of them mean the empty record.
 */
export interface Change {
  kind: 'add' | 'update' | 'remove';
  path: readonly string[];
  before?: Scalar;
  after?: Scalar;
}

/** The leaves that differ. What is the very same object in both is not looked into. */
export function diff(before: Snapshot, after: Snapshot): Change[] {
  const [old, now] = withoutEqual({ ...before }, { ...after });
  const changes: Change[] = [];
  collect(changeset(old, now), { ...before }, { ...after }, [], changes);
  return changes;
}

/** `snapshot` after `changes`: a new one that shares what did not change. */
export function apply(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  const edit = new Edit({ ...snapshot });
  for (const { kind, path } of changes) if (kind === 'remove') edit.remove(path);
  for (const { kind, path, after } of changes)
    if (kind !== 'remove') edit.set(path, after ?? (after === null ? null : {}));
  return edit.snapshot();
}

/** `snapshot` as it was before `changes`. */
export function revert(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  return apply(snapshot, changes.map(opposite));
}

function opposite({ kind, path, before, after }: Change): Change {
  return change(kind === 'add' ? 'remove' : kind === 'remove' ? 'add' : 'update', path, after, before);
}

/**
 * Two records without what they have in common. Most of a reading is as it was before, and to find that out takes json-diff-ts
 * longer than the reading itself.
 */
function withoutEqual(old: Tree, now: Tree): [Tree, Tree] {
  const left: Tree = {};
  const right: Tree = {};
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [a, b] = [own(old, key), own(now, key)];
    if (a === b) continue;
    if (isTree(a) && isTree(b)) {
      const [x, y] = withoutEqual(a, b);
      if (isLeaf(a) === isLeaf(b) && isLeaf(x) && isLeaf(y)) continue;
      put(left, key, x);
      put(right, key, y);
      continue;
    }
    if (a !== undefined) put(left, key, a);
    if (b !== undefined) put(right, key, b);
  }
  return [left, right];
}

/** The leaf changes behind a hierarchical changeset of json-diff-ts, which has keys and no paths: any key survives. */
function collect(
  changes: readonly IChange[],
  before: Tree,
  after: Tree,
  path: readonly string[],
  into: Change[],
): void {
  if (changes.length > 0) emptiness(before, after, path, into);
  for (const key of new Set(changes.map((each) => each.key))) {
    const [old, now] = [own(before, key), own(after, key)];
    const here = [...path, key];
    if (isTree(old) && isTree(now)) {
      collect(changes.find((each) => each.key === key)?.changes ?? [], old, now, here, into);
    } else if (old !== undefined && now !== undefined && isLeaf(old) && isLeaf(now)) {
      into.push(change('update', here, scalar(old), scalar(now)));
    } else {
      for (const [leaf, value] of leaves(old, here)) into.push(change('remove', leaf, value, undefined));
      for (const [leaf, value] of leaves(now, here)) into.push(change('add', leaf, undefined, value));
    }
  }
}

function emptiness(before: Tree, after: Tree, path: readonly string[], into: Change[]): void {
  if (Object.keys(before).length === 0) into.push({ kind: 'remove', path });
  if (Object.keys(after).length === 0) into.push({ kind: 'add', path });
}

function change(
  kind: Change['kind'],
  path: readonly string[],
  before: Scalar | undefined,
  after: Scalar | undefined,
): Change {
  return { kind, path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
