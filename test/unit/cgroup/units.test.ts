import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oomKills } from '../../../core/cgroup/oom.ts';
import { cpuQuota, cpuWeight, memoryAndSwap } from '../../../core/cgroup/units.ts';

describe('CPU shares as a weight', () => {
  it.each([
    [2, 1],
    [512, 59],
    [1024, 100],
    [2048, 174],
    [262_144, 10_000],
  ])('%d shares weigh %d', (shares, weight) => {
    expect(cpuWeight(shares)).toBe(weight);
  });

  it('stays within the kernel’s range and never falls as shares rise', () => {
    const shares = fc.integer({ min: 0, max: 300_000 });
    fc.assert(
      fc.property(shares, shares, (a, b) => {
        const [less, more] = [cpuWeight(Math.min(a, b)), cpuWeight(Math.max(a, b))];
        return less >= 1 && more <= 10_000 && less <= more;
      }),
    );
  });
});

it.each([
  [0.5, 50_000],
  [1.5, 150_000],
  [0.01, 1_000],
  [0.29, 29_000],
])('%d CPUs are %d microseconds in each period', (cpus, quota) => {
  expect(cpuQuota(cpus)).toBe(quota);
});

it.each([
  [{}, undefined],
  [{ memory: 100 }, 200],
  [{ memory: 100, memorySwap: 0 }, 200],
  [{ memory: 100, memorySwap: 100 }, 100],
  [{ memory: 100, memorySwap: 150 }, 150],
  [{ memory: 100, memorySwap: -1 }, undefined],
])('%j limits memory and swap together to %s', (resources, both) => {
  expect(memoryAndSwap(resources)).toBe(both);
});

it.each([
  ['low 0\nhigh 0\nmax 66\noom 1\noom_kill 1\noom_group_kill 0\n', 1],
  ['oom_kill_disable 0\nunder_oom 0\noom_kill 3\n', 3],
  ['oom_kill_disable 1\nunder_oom 0\n', 0],
  ['', 0],
])('%j counts %d processes killed for memory', (text, kills) => {
  expect(oomKills(text)).toBe(kills);
});
