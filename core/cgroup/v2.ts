/** One hierarchy for all controllers (kernel: Documentation/admin-guide/cgroup-v2.rst). */
import { join } from 'node:path';
import type { Operation } from '../operation.ts';
import type { Resources } from '../spec/types.ts';
import { deviceFilter } from './devices.ts';
import type { CgroupDriver } from './driver.ts';
import { attribute, groupPath, joinGroup, makeGroup, parentPath, shareParent } from './group.ts';
import type { CgroupLayout } from './layout.ts';
import { refuseMissing, refuseSwap } from './refusal.ts';
import { CPU_PERIOD, cpuQuota, cpuWeight, memoryAndSwap, pidsValue } from './units.ts';
import { type CgroupFile, changed } from './update.ts';

type Layout = Extract<CgroupLayout, { version: 2 }>;

const wanted = ['cpuset', 'cpu', 'io', 'memory', 'pids'];

/**
 * What enables controllers is not undone: for the parent it goes with the directory, and at the root others may have come to
 * rely on it. Nor is it shared: the write changes nothing where it has been done, and repairs where somebody undid it.
 */
function create({ mount, controllers }: Layout, id: string): Operation[] {
  const enable = controllers.filter((name) => wanted.includes(name)).map((name) => `+${name}`);
  const control = (name: string, directory: string, why: string) =>
    enable.length === 0
      ? []
      : [attribute(name, join(directory, 'cgroup.subtree_control'), enable.join(' '), why)];
  return [
    shareParent(
      [mount],
      id,
      'One directory above all containers’ cgroups: making a directory here is what makes a cgroup.',
    ),
    ...control(
      'root-controllers',
      mount,
      'A controller limits a cgroup only if its parent hands it down: the root to tsstep …',
    ),
    ...control(
      'controllers',
      parentPath(mount),
      '… and tsstep to its containers. No process may be in tsstep itself then: only leaves hold processes.',
    ),
    makeGroup(
      'group',
      groupPath(mount, id),
      'The container’s own cgroup; the kernel fills the directory with the files that limit and count.',
    ),
  ];
}

/** Each file that a limit is written to, in order; undefined is not asked for. `lift`: no limit is written too. */
function values(
  resources: Resources,
  swapAccounting: boolean,
  lift = false,
): [file: string, data: string | undefined, why: string][] {
  const { memory, cpus, cpuShares, cpusetCpus, pidsLimit } = resources;
  const both = memoryAndSwap(resources);
  const lifted = lift && swapAccounting && resources.memorySwap === -1 ? 'max' : undefined;
  const swap = both === undefined || !swapAccounting ? lifted : String(both - (memory ?? 0));
  return [
    [
      'memory.max',
      memory ? String(memory) : undefined,
      'Bytes of memory; when more is needed and nothing can be reclaimed, the OOM killer takes a process of this cgroup.',
    ],
    [
      'memory.swap.max',
      swap,
      'Bytes of swap on top of memory: docker counts both together, the kernel’s file only swap.',
    ],
    [
      'cpu.max',
      cpus ? `${cpuQuota(cpus)} ${CPU_PERIOD}` : undefined,
      'Microseconds of CPU time in each period of 100 ms; who has used them up waits for the next period.',
    ],
    [
      'cpu.weight',
      cpuShares ? String(cpuWeight(cpuShares)) : undefined,
      'The share of the CPUs when there are too few for all; docker’s 2 to 262144 becomes 1 to 10000.',
    ],
    ['cpuset.cpus', cpusetCpus || undefined, 'Run on these CPUs only.'],
    [
      'pids.max',
      pidsValue(pidsLimit, lift),
      'Processes and threads at a time; one more fork(2) fails with EAGAIN. A fork bomb stays in here.',
    ],
  ];
}

function limits(layout: Layout, swapAccounting: boolean, id: string, resources: Resources): Operation[] {
  refuseMissing(resources, layout.controllers);
  if (!swapAccounting) refuseSwap(resources);
  const group = groupPath(layout.mount, id);
  const asked = values(resources, swapAccounting).flatMap(([file, data, why]) =>
    data === undefined ? [] : [attribute(file, join(group, file), data, why)],
  );
  return [...asked, deviceFilter(group)];
}

function update(
  layout: Layout,
  swapAccounting: boolean,
  id: string,
  resources: readonly [before: Resources, after: Resources],
  read: (path: string) => string,
): Operation[] {
  const [, after] = resources;
  refuseMissing(after, layout.controllers);
  if (!swapAccounting) refuseSwap(after);
  const group = groupPath(layout.mount, id);
  const [old, wanted] = resources.map((each) =>
    values(each, swapAccounting, true).flatMap(([name, data, why]) =>
      data === undefined ? [] : [{ name, path: join(group, name), data, why }],
    ),
  ) as [CgroupFile[], CgroupFile[]];
  return changed(old, wanted, read);
}

const view: readonly Operation[] = [
  {
    kind: 'mount',
    where: 'init',
    name: 'mount',
    source: 'cgroup',
    target: '/sys/fs/cgroup',
    fstype: 'cgroup2',
    flags: ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC', 'MS_RDONLY'],
    why: 'Show the cgroup in the container: programs read their limits here, and read-only because they must not lift them.',
    undo: 'with-init',
  },
];

/** All but the devices is files: the list of those is a program (device-program.ts). */
export function v2Driver(layout: Layout, swapAccounting: boolean): CgroupDriver {
  return {
    create: (id) => create(layout, id),
    limits: (id, resources) => limits(layout, swapAccounting, id, resources),
    update: (id, before, after, read) => update(layout, swapAccounting, id, [before, after], read),
    join: (id, pid) => [
      joinGroup(
        'join',
        groupPath(layout.mount, id),
        pid,
        'Move init into the cgroup: from now on it, and all it starts, is counted and limited.',
      ),
    ],
    view: () => view,
  };
}
