import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply, diff, revert } from '../../../tracer/diff.ts';
import type { Snapshot, Tree } from '../../../tracer/snapshot.ts';

const snapshotOf = (known: Tree): Snapshot => ({ host: {}, container: {}, known });

/** Few keys, so that two random trees meet in some; among them whatever a path syntax could trip over. */
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '/proc/sys',
    '/x#2',
    'a.b',
    '$',
    '$root',
    '~1',
    "it's",
    '"',
    '[0]',
    '0',
    '7',
    '',
    '__proto__',
    'constructor',
    'a[?(@.b)]',
  ),
  fc.string({ maxLength: 4 }),
);
const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>((tie) => ({
  tree: fc.dictionary(key, tie('node'), { maxKeys: 5, noNullPrototype: true }),
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string({ maxLength: 3 }), fc.integer(), fc.boolean(), fc.constant(null)),
    tie('tree'),
  ),
}));
const snapshot: fc.Arbitrary<Snapshot> = fc.record(
  {
    host: fc.dictionary(key, tree, { noNullPrototype: true }),
    container: fc.dictionary(key, tree, { noNullPrototype: true }),
    known: tree,
  },
  { noNullPrototype: true },
);

describe('diff', () => {
  test('of any two snapshots leads from the first to the second and back, with any keys, through JSON', () => {
    fc.assert(
      fc.property(snapshot, snapshot, (before, after) => {
        const changes = JSON.parse(JSON.stringify(diff(before, after))) as ReturnType<typeof diff>;
        expect(JSON.parse(JSON.stringify(sorted(apply(before, changes))))).toEqual(
          JSON.parse(JSON.stringify(sorted(after))),
        );
        expect(JSON.parse(JSON.stringify(sorted(revert(after, changes))))).toEqual(
          JSON.parse(JSON.stringify(sorted(before))),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('names each leaf of a record that came', () => {
    const after = snapshotOf({ net: { lo: { state: 'up', mtu: 65536 } } });
    expect(diff(snapshotOf({ x: 1 }), { ...after, known: { x: 1, ...after.known } })).toEqual([
      { kind: 'add', path: ['known', 'net', 'lo', 'state'], after: 'up' },
      { kind: 'add', path: ['known', 'net', 'lo', 'mtu'], after: 65536 },
    ]);
  });

  test('is one update for a value that changes its type', () => {
    expect(diff(snapshotOf({ a: 1, b: null }), snapshotOf({ a: '1', b: 0 }))).toEqual([
      { kind: 'update', path: ['known', 'a'], before: 1, after: '1' },
      { kind: 'update', path: ['known', 'b'], before: null, after: 0 },
    ]);
  });

  test('is empty for equal snapshots that are different objects', () => {
    expect(diff(snapshotOf({ a: { b: {} } }), snapshotOf({ a: { b: {} } }))).toEqual([]);
  });

  test('leaves the snapshot that it is applied to as it was', () => {
    fc.assert(
      fc.property(snapshot, snapshot, (before, after) => {
        const copy = structuredClone(before);
        apply(before, diff(before, after));
        expect(before).toEqual(copy);
      }),
    );
  });

  test('applied keeps untouched sections by reference', () => {
    const before: Snapshot = { host: { links: { lo: { state: 'up' } } }, container: {}, known: {} };
    const after: Snapshot = { ...before, known: { id: 'abc' } };
    expect(apply(before, diff(before, after)).host.links).toBe(before.host.links);
  });
});

/** Order of keys is not part of a snapshot, and JSON keeps it: entries as sorted pairs also show an own `__proto__`. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { record: entries.map(([name, child]) => [name, sorted(child)]) };
}
