import { describe, expect, it } from 'vitest';
import { v1Driver } from '../../../core/cgroup/v1.ts';
import { v2Driver } from '../../../core/cgroup/v2.ts';
import type { Resources } from '../../../core/spec/types.ts';
import { type UpdateFlags, updatedSpec } from '../../../core/spec/update.ts';
import { parse } from './parse.ts';

const m = 1024 ** 2;
const updated = (before: Resources, flags: UpdateFlags): Resources =>
  updatedSpec({ ...parse({}), resources: before }, flags, 4).resources;

describe('update', () => {
  it.each<[before: Resources, flags: UpdateFlags, after: Resources]>([
    // Swap was settled with the memory, and stays.
    [{ memory: 64 * m }, { memory: '100m' }, { memory: 100 * m, memorySwap: 128 * m }],
    [{ memory: 64 * m }, { memory: '200m', memorySwap: '300m' }, { memory: 200 * m, memorySwap: 300 * m }],
    [{ memory: 64 * m }, { memorySwap: '-1' }, { memory: 64 * m, memorySwap: -1 }],
    [{}, { memory: '64m' }, { memory: 64 * m, memorySwap: -1 }],
    [{ cpus: 1 }, { pidsLimit: '-1', cpuShares: '300' }, { cpus: 1, pidsLimit: -1, cpuShares: 300 }],
  ])('%j with %j is %j', (before, flags, after) => expect(updated(before, flags)).toEqual(after));

  it.each<[before: Resources, flags: UpdateFlags, why: RegExp]>([
    [{ memory: 64 * m }, { memory: '200m' }, /smaller than already set memoryswap limit/],
    [{ memory: 64 * m }, { memorySwap: '16m' }, /below --memory/],
    [{}, { memory: '1m' }, /Minimum memory limit/],
    [{}, { restart: 'foo' }, /no such policy/],
  ])('%j with %j is refused: %s', (before, flags, why) => expect(() => updated(before, flags)).toThrow(why));

  it('gives no restart policy to a container that is removed when it ends', () => {
    expect(() => updatedSpec(parse({ rm: true }), { restart: 'always' }, 4)).toThrow(/--rm/);
    expect(updatedSpec(parse({}), { restart: 'always' }, 4).restart).toEqual({ name: 'always', retries: 0 });
  });
});

describe('the writes of an update', () => {
  const v1 = v1Driver(
    { version: 1, hierarchies: { memory: '/c/memory', pids: '/c/pids', cpu: '/c/cpu' } },
    true,
  );
  const v2 = v2Driver({ version: 2, mount: '/c', controllers: ['memory', 'pids', 'cpu'] }, true);
  const writes = (driver: typeof v1, before: Resources, after: Resources, old = '134217728') =>
    driver
      .update('id', before, after, () => old)
      .map((operation) => (operation.kind === 'write-attribute' ? [operation.name, operation.data] : []));

  it('are only those of what differs, and take back what was there', () => {
    const [write, ...others] = v2.update(
      'id',
      { memory: 1, pidsLimit: 5 },
      { memory: 1, pidsLimit: -1 },
      () => '5',
    );
    expect(others).toEqual([]);
    expect(write).toMatchObject({
      ...{ path: '/c/tsstep/id/pids.max', data: 'max' },
      undo: { at: 'rollback', do: { kind: 'command', argv: ['tee', '/c/tsstep/id/pids.max'], stdin: '5' } },
    });
  });

  it('of v1 never have the part above the sum: who grows over it writes the sum first', () => {
    const before = { memory: 64 * m };
    const memory = (bytes: number) => ['memory.limit_in_bytes', String(bytes)];
    const both = (bytes: number) => ['memory.memsw.limit_in_bytes', String(bytes)];
    expect(writes(v1, before, { memory: 200 * m, memorySwap: 300 * m })).toEqual([
      both(300 * m),
      memory(200 * m),
    ]);
    expect(writes(v1, before, { memory: 32 * m, memorySwap: 40 * m })).toEqual([
      memory(32 * m),
      both(40 * m),
    ]);
    expect(writes(v1, before, { memory: 64 * m, memorySwap: -1 })).toEqual([both(-1)]);
  });

  it('of v2 count swap alone', () => {
    const after = { memory: 32 * m, memorySwap: 300 * m };
    expect(writes(v2, { memory: 64 * m }, after)).toEqual([
      ['memory.max', String(32 * m)],
      ['memory.swap.max', String(268 * m)],
    ]);
    expect(writes(v2, { memory: 64 * m }, { memory: 64 * m, memorySwap: -1 })).toEqual([
      ['memory.swap.max', 'max'],
    ]);
  });
});
