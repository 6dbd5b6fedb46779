import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountsOf } from '../cgroup/group.ts';
import { type CgroupLayout, readLayout } from '../cgroup/layout.ts';
import { TsstepError } from '../errors.ts';
import { type Finding, missing, ok, warning } from './finding.ts';
import { isRoot, isWritable } from './trial.ts';

/** Controllers, and the flags that do not work without. */
const flags = {
  memory: '--memory',
  cpu: '--cpus and --cpu-shares',
  cpuset: '--cpuset-cpus',
  pids: '--pids-limit',
} as const;

const layoutText = (layout: CgroupLayout): string => {
  if (layout.version === 2) return `v2 at ${layout.mount}`;
  return layout.unified === undefined
    ? 'v1, a hierarchy for each controller'
    : 'v1, with a v2 hierarchy without controllers';
};

function controllers(layout: CgroupLayout): Finding[] {
  const there = layout.version === 2 ? layout.controllers : Object.keys(layout.hierarchies);
  const lacking = Object.entries(flags).filter(([controller]) => !there.includes(controller));
  if (lacking.length === 0) return [ok('controllers', Object.keys(flags).join(' '))];
  return lacking.map(([controller, flag]) => {
    const boot = 'boot with cgroup_enable=memory on the kernel’s command line';
    const remedy =
      controller === 'memory' ? boot : `grep ${controller} /proc/cgroups shows whether the kernel has it`;
    return warning(
      'controllers',
      `there is no ${controller} controller`,
      `${flag} cannot be kept and is refused`,
      remedy,
    );
  });
}

function writable(layout: CgroupLayout): Finding | undefined {
  const refused = mountsOf(layout).filter((mount) => !isWritable(mount));
  if (refused.length === 0) return undefined;
  const why = 'making a directory there is what makes a control group';
  return missing(
    'cgroups',
    `${refused.join(', ')} cannot be written to`,
    why,
    `mount -o remount,rw ${refused[0]}`,
  );
}

/** Only the real root may hold processes and pass controllers on (cgroup-v2.rst, No Internal Process Constraint). */
function busyRoot(layout: CgroupLayout): Finding | undefined {
  if (layout.version !== 2 || !existsSync(join(layout.mount, 'cgroup.type'))) return undefined;
  const handedDown = readFileSync(join(layout.mount, 'cgroup.subtree_control'), 'utf8').split(/\s+/);
  const lacking = Object.keys(flags).filter(
    (name) => layout.controllers.includes(name) && !handedDown.includes(name),
  );
  const holds = readFileSync(join(layout.mount, 'cgroup.procs'), 'utf8').trim() !== '';
  if (lacking.length === 0 || !holds) return undefined;
  const what = `${layout.mount} is not the real root and holds processes, so it cannot pass ${lacking.join(', ')} on`;
  const why = 'limits need the controllers in the container’s own group';
  return missing(
    'cgroups',
    what,
    why,
    'run on the machine itself; in a container, start that with --cgroupns=host',
  );
}

/** As core/host/facts.ts sees it. */
function swap(layout: CgroupLayout): Finding {
  const memory = layout.version === 1 ? layout.hierarchies.memory : undefined;
  const file = memory === undefined ? '/proc/swaps' : join(memory, 'memory.memsw.limit_in_bytes');
  if (existsSync(file)) return ok('swap', 'it can be limited');
  const why = '--memory-swap is refused, and a memory limit leaves swap alone';
  return warning(
    'swap',
    'the kernel does not account for it',
    why,
    'boot with swapaccount=1 on the kernel’s command line',
  );
}

export function checkCgroups(): Finding[] {
  try {
    const layout = readLayout();
    const fault = (isRoot() ? writable(layout) : undefined) ?? busyRoot(layout);
    return [fault ?? ok('cgroups', layoutText(layout)), ...controllers(layout), swap(layout)];
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
    const { what, why, remedy } = error.failure;
    return [missing('cgroups', what, why, remedy)];
  }
}
