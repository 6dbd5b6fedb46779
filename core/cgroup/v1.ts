/** One hierarchy a controller (kernel: Documentation/admin-guide/cgroup-v1). */
import { basename, join } from 'node:path';
import type { Operation } from '../operation.ts';
import type { Resources } from '../spec/types.ts';
import { deviceRules } from './devices.ts';
import type { CgroupDriver } from './driver.ts';
import { attribute, groupPath, joinGroup, makeGroup, mountsOf, parentPath, shareParent } from './group.ts';
import type { CgroupLayout, Controller } from './layout.ts';
import { refuseMissing, refuseSwap } from './refusal.ts';
import { cpuQuota, memoryAndSwap, pidsValue } from './units.ts';
import { type CgroupFile, changed } from './update.ts';
import { v1View } from './v1-view.ts';

type Layout = Extract<CgroupLayout, { version: 1 }>;

const nameOf = (mount: string): string => basename(mount);

/**
 * A new v1 cpuset has no CPUs and no memory nodes, and no process can join it: ENOSPC (cpusets.rst). The parent gets the
 * root's, and clone_children makes each child start with its parent's.
 */
function withCpuset(parent: Operation, cpuset: string | undefined): Operation {
  if (parent.kind !== 'share' || cpuset === undefined) return parent;
  const at = parentPath(cpuset);
  const copies = ['cpuset.cpus', 'cpuset.mems'].map((file) => ({
    kind: 'command' as const,
    argv: ['cp', join(cpuset, file), join(at, file)],
  }));
  return {
    ...parent,
    make: [...parent.make, ...copies, { kind: 'write', path: join(at, 'cgroup.clone_children'), data: '1' }],
  };
}

function create(layout: Layout, id: string): Operation[] {
  const mounts = mountsOf(layout);
  const parent = shareParent(
    mounts,
    id,
    'One directory above all containers’ cgroups, in each hierarchy: making a directory here is what makes a cgroup.',
  );
  const why = (mount: string) =>
    `The container’s cgroup in the hierarchy ${nameOf(mount)}: with v1 every controller has a tree of its own.`;
  return [
    withCpuset(parent, layout.hierarchies.cpuset),
    ...mounts.map((mount) => makeGroup(`group-${nameOf(mount)}`, groupPath(mount, id), why(mount))),
  ];
}

type Limit = [controller: Controller, file: string, data: string | undefined, why: string];

/** Memory before memory and swap together: the sum must not be below the part (EINVAL). `lift`: no limit is written too. */
function values(resources: Resources, swapAccounting: boolean, lift = false): Limit[] {
  const { memory, cpus, cpuShares, cpusetCpus, pidsLimit } = resources;
  const lifted = lift && resources.memorySwap === -1 ? -1 : undefined;
  const both = swapAccounting ? (memoryAndSwap(resources) ?? lifted) : undefined;
  return [
    [
      'memory',
      'memory.limit_in_bytes',
      memory ? String(memory) : undefined,
      'Bytes of memory; when more is needed and nothing can be reclaimed, the OOM killer takes a process of this cgroup.',
    ],
    [
      'memory',
      'memory.memsw.limit_in_bytes',
      both === undefined ? undefined : String(both),
      'Bytes of memory and swap together, counted as docker’s flag does.',
    ],
    [
      'cpu',
      'cpu.cfs_quota_us',
      cpus ? String(cpuQuota(cpus)) : undefined,
      'Microseconds of CPU time in each period of 100 ms; who has used them up waits for the next period.',
    ],
    [
      'cpu',
      'cpu.shares',
      cpuShares ? String(cpuShares) : undefined,
      'The share of the CPUs when there are too few for all; 1024 is everybody’s default.',
    ],
    ['cpuset', 'cpuset.cpus', cpusetCpus || undefined, 'Run on these CPUs only.'],
    [
      'pids',
      'pids.max',
      pidsValue(pidsLimit, lift),
      'Processes and threads at a time; one more fork(2) fails with EAGAIN. A fork bomb stays in here.',
    ],
  ];
}

function update(
  layout: Layout,
  swapAccounting: boolean,
  id: string,
  resources: readonly [before: Resources, after: Resources],
  read: (path: string) => string,
): Operation[] {
  const { hierarchies } = layout;
  const [, after] = resources;
  refuseMissing(after, Object.keys(hierarchies));
  if (!swapAccounting) refuseSwap(after);
  const [old, wanted] = resources.map((each) =>
    values(each, swapAccounting, true).flatMap(([controller, file, data, why]) => {
      const mount = hierarchies[controller];
      return data === undefined || mount === undefined
        ? []
        : [{ name: file, path: join(groupPath(mount, id), file), data, why }];
    }),
  ) as [CgroupFile[], CgroupFile[]];
  const both = wanted.find(({ name }) => name === 'memory.memsw.limit_in_bytes');
  // The part must not be above the sum at any moment: where it grows over the old sum, the sum comes first.
  const first = both && after.memory && after.memory > Number(read(both.path)) ? both : undefined;
  const ordered = first ? [first, ...wanted.filter((each) => each !== first)] : wanted;
  return changed(old, ordered, read);
}

function limits(
  { hierarchies }: Layout,
  swapAccounting: boolean,
  id: string,
  resources: Resources,
): Operation[] {
  refuseMissing(resources, Object.keys(hierarchies));
  if (!swapAccounting) refuseSwap(resources);
  const asked = values(resources, swapAccounting).flatMap(([controller, file, data, why]) => {
    const mount = hierarchies[controller];
    return data === undefined || mount === undefined
      ? []
      : [attribute(file, join(groupPath(mount, id), file), data, why)];
  });
  return [
    ...asked,
    ...(hierarchies.devices === undefined ? [] : deviceRules(groupPath(hierarchies.devices, id))),
  ];
}

export function v1Driver(layout: Layout, swapAccounting: boolean): CgroupDriver {
  const why = (mount: string) =>
    `Move init into its cgroup of the hierarchy ${nameOf(mount)}: from now on it, and all it starts, is counted there.`;
  return {
    create: (id) => create(layout, id),
    limits: (id, resources) => limits(layout, swapAccounting, id, resources),
    update: (id, before, after, read) => update(layout, swapAccounting, id, [before, after], read),
    join: (id, pid) =>
      mountsOf(layout).map((mount) =>
        joinGroup(`join-${nameOf(mount)}`, groupPath(mount, id), pid, why(mount)),
      ),
    view: () => v1View(layout.hierarchies),
  };
}
