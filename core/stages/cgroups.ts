import type { CgroupDriver } from '../cgroup/driver.ts';
import { v1Driver } from '../cgroup/v1.ts';
import { v2Driver } from '../cgroup/v2.ts';
import type { HostFacts, Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import { need } from '../paths.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';

export function driverOf({
  cgroups: layout,
  swapAccounting,
}: Pick<HostFacts, 'cgroups' | 'swapAccounting'>): CgroupDriver {
  return layout.version === 2 ? v2Driver(layout, swapAccounting) : v1Driver(layout, swapAccounting);
}

const namespace: Operation = {
  kind: 'unshare',
  where: 'init',
  name: 'namespace',
  flags: ['CLONE_NEWCGROUP'],
  // cgroup_namespaces(7): the root is the cgroup that the process is in at this moment, so it joins first.
  why: 'What is init’s cgroup now becomes the root of what it can see: /proc/self/cgroup says / and hides the host’s tree.',
  undo: 'with-init',
};

function plan(spec: Spec, known: Known): Operation[] {
  const id = need(known, 'id');
  const driver = driverOf(known.host);
  const operations = [...driver.create(id), ...driver.limits(id, spec.resources)];
  if (!known.init) return operations;
  return [...operations, ...driver.join(id, known.init.pid), namespace, ...driver.view()];
}

export const cgroups: Stage = {
  name: 'cgroups',
  summary:
    'Make a control group with the limits, move init into it, and show it to the container as the root of all.',
  plan,
};
