import { describe, expect, it } from 'vitest';
import type { CgroupLayout } from '../../../core/cgroup/layout.ts';
import type { Known } from '../../../core/known.ts';
import type { Operation } from '../../../core/operation.ts';
import type { Resources, Spec } from '../../../core/spec/types.ts';
import { cgroups } from '../../../core/stages/cgroups.ts';
import { v1, v2 } from '../../support/fixed-host.ts';

function plan(
  layout: CgroupLayout,
  resources: Resources,
  { swapAccounting = true, init = true } = {},
): readonly Operation[] {
  const known = {
    host: { cgroups: layout, swapAccounting },
    id: 'c1',
    ...(init ? { init: { pid: 42, startTime: '1' } } : {}),
  };
  return cgroups.plan({ resources } as unknown as Spec, known as unknown as Known);
}

/** What is written where, below the container's group; joins and device rules left out. */
function limits(
  layout: CgroupLayout,
  resources: Resources,
  options?: { swapAccounting?: boolean },
): string[] {
  return plan(layout, resources, options).flatMap((operation) =>
    operation.kind === 'write-attribute' &&
    operation.path.includes('/c1/') &&
    !/procs|devices/.test(operation.path)
      ? [`${operation.path.split('/').at(-1)} ${operation.data}`]
      : [],
  );
}

const everything: Resources = { memory: 1000, cpus: 1.5, cpuShares: 1024, cpusetCpus: '0-1', pidsLimit: 20 };

describe('limits', () => {
  it.each<[Resources, string[], string[]]>([
    [{}, [], []],
    [
      { memory: 1000 },
      ['memory.max 1000', 'memory.swap.max 1000'],
      ['memory.limit_in_bytes 1000', 'memory.memsw.limit_in_bytes 2000'],
    ],
    [
      { memory: 1000, memorySwap: 1000 },
      ['memory.max 1000', 'memory.swap.max 0'],
      ['memory.limit_in_bytes 1000', 'memory.memsw.limit_in_bytes 1000'],
    ],
    [{ memory: 1000, memorySwap: -1 }, ['memory.max 1000'], ['memory.limit_in_bytes 1000']],
    [{ cpus: 1.5 }, ['cpu.max 150000 100000'], ['cpu.cfs_quota_us 150000']],
    [{ cpuShares: 512 }, ['cpu.weight 59'], ['cpu.shares 512']],
    [{ cpusetCpus: '0,2' }, ['cpuset.cpus 0,2'], ['cpuset.cpus 0,2']],
    [{ pidsLimit: 20 }, ['pids.max 20'], ['pids.max 20']],
    [{ pidsLimit: -1 }, [], []],
    [{ pidsLimit: 0 }, [], []],
  ])('of %j are %j with v2 and %j with v1', (resources, two, one) => {
    expect(limits(v2, resources)).toEqual(two);
    expect(limits(v1, resources)).toEqual(one);
  });

  it.each([v1, v2])(
    'leave swap alone where the kernel does not count it, unless it was asked for ($version)',
    (layout) => {
      const options = { swapAccounting: false };
      expect(limits(layout, { memory: 1000 }, options)).toHaveLength(1);
      expect(limits(layout, { memory: 1000, memorySwap: -1 }, options)).toHaveLength(1);
      expect(() => limits(layout, { memory: 1000, memorySwap: 1500 }, options)).toThrow(
        '--memory-swap cannot be kept',
      );
    },
  );

  it.each<[Resources, string]>([
    [{ memory: 1000 }, '--memory'],
    [{ cpus: 1 }, '--cpus'],
    [{ cpuShares: 2 }, '--cpu-shares'],
    [{ cpusetCpus: '0' }, '--cpuset-cpus'],
    [{ pidsLimit: 1 }, '--pids-limit'],
  ])('%j are refused where the controller is missing', (resources, flag) => {
    const refused = expect.objectContaining({
      failure: expect.objectContaining({ code: 'cgroup', what: `${flag} cannot be kept` }),
    });
    expect(() => limits({ version: 2, mount: '/c', controllers: [] }, resources)).toThrow(refused);
    expect(() => limits({ version: 1, hierarchies: { freezer: '/c' } }, resources)).toThrow(refused);
  });

  it('that are none need no controller', () => {
    const layout: CgroupLayout = { version: 2, mount: '/c', controllers: [] };
    expect(limits(layout, { pidsLimit: -1, memorySwap: -1, cpus: 0 })).toEqual([]);
  });
});

describe.each([v1, v2])('the plan for v$version', (layout) => {
  it('has unique names, and a reason for each', () => {
    const names = plan(layout, everything).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(plan(layout, everything).every(({ why }) => why.length > 20)).toBe(true);
  });

  it('begins the same before init is known', () => {
    const early = plan(layout, everything, { init: false });
    expect(plan(layout, everything).slice(0, early.length)).toEqual(early);
  });

  it('joins before it unshares, because that fixes the root of the namespace, and mounts after it', () => {
    const operations = plan(layout, everything);
    const unshare = operations.findIndex(({ kind }) => kind === 'unshare');
    const joins = operations.flatMap((operation, index) =>
      operation.kind === 'write-attribute' && operation.path.endsWith('cgroup.procs') ? [index] : [],
    );
    const mounts = operations.flatMap(({ kind }, index) => (kind === 'mount' ? [index] : []));
    expect(Math.max(...joins)).toBe(unshare - 1);
    expect(Math.min(...mounts)).toBe(unshare + 1);
  });

  it('removes every directory that it makes', () => {
    for (const operation of plan(layout, everything)) {
      if (operation.kind === 'mkdir')
        expect(operation.undo).toEqual({
          at: 'exit',
          do: { kind: 'remove-cgroup', paths: [operation.path] },
        });
    }
  });
});

it('v2 hands controllers down from the root to tsstep and from there to containers', () => {
  const enabled = plan(v2, {}).flatMap((operation) =>
    operation.kind === 'write-attribute' && operation.path.endsWith('subtree_control')
      ? [[operation.path, operation.data]]
      : [],
  );
  expect(enabled).toEqual([
    ['/sys/fs/cgroup/cgroup.subtree_control', '+cpuset +cpu +io +memory +pids'],
    ['/sys/fs/cgroup/tsstep/cgroup.subtree_control', '+cpuset +cpu +io +memory +pids'],
  ]);
});

it('v1 shows controllers that share a hierarchy once, under both names, and named ones without a controller', () => {
  const view = plan(v1, {}).filter(({ where }) => where === 'init');
  const mounts = view.flatMap((operation) =>
    operation.kind === 'mount' && operation.fstype === 'cgroup'
      ? [`${operation.target} ${operation.data}`]
      : [],
  );
  expect(mounts).toContain('/sys/fs/cgroup/cpu,cpuacct cpu,cpuacct');
  expect(mounts).toContain('/sys/fs/cgroup/systemd none,name=systemd');
  expect(mounts.join()).not.toContain('unified');
  const links = view.flatMap((operation) =>
    operation.kind === 'symlink' ? [`${operation.path} -> ${operation.target}`] : [],
  );
  expect(links).toEqual(['/sys/fs/cgroup/cpu -> cpu,cpuacct', '/sys/fs/cgroup/cpuacct -> cpu,cpuacct']);
});

it('v1 gives a new cpuset CPUs and memory nodes, without which nothing can join it', () => {
  const parent = plan(v1, {}).find(({ name }) => name === 'parent');
  const made =
    parent?.kind === 'share'
      ? parent.make.map((step) => (step.kind === 'command' ? step.argv.join(' ') : step.path))
      : [];
  expect(made.slice(-3)).toEqual([
    `cp ${v1.hierarchies.cpuset}/cpuset.cpus ${v1.hierarchies.cpuset}/tsstep/cpuset.cpus`,
    `cp ${v1.hierarchies.cpuset}/cpuset.mems ${v1.hierarchies.cpuset}/tsstep/cpuset.mems`,
    `${v1.hierarchies.cpuset}/tsstep/cgroup.clone_children`,
  ]);
});

it('v1 denies all devices before it allows any', () => {
  const rules = plan(v1, {}).flatMap((operation) =>
    operation.kind === 'write-attribute' && operation.path.includes('/devices.') ? [operation.data] : [],
  );
  expect(rules[0]).toBe('a');
  expect(rules).toContain('c 1:3 rwm');
  expect(rules).not.toContain('a *:* rwm');
});

it('v2 allows, by a program, the very devices that v1 allows, before anything runs in the cgroup', () => {
  const operations = plan(v2, {});
  const filter = operations.findIndex(({ kind }) => kind === 'device-filter');
  const join = operations.findIndex(({ name }) => name === 'join');
  expect(filter).toBeGreaterThan(operations.findIndex(({ name }) => name === 'group'));
  expect(join).toBeGreaterThan(filter);
  const operation = operations[filter];
  const rules = operation?.kind === 'device-filter' ? operation.rules : [];
  const written = plan(v1, {}).flatMap((each) =>
    each.kind === 'write-attribute' && each.path.endsWith('/devices.allow') ? [each.data] : [],
  );
  expect(rules.map(({ type, major, minor, access }) => `${type} ${major}:${minor} ${access}`)).toEqual(
    written,
  );
  expect(plan(v1, {}).some(({ kind }) => kind === 'device-filter')).toBe(false);
});
