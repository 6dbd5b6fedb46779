import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountsOf } from '../cgroup/group.ts';
import { type CgroupLayout, readLayout } from '../cgroup/layout.ts';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { type Finding, missing, ok, warning } from './finding.ts';
import { booting, wider } from './platform/outside.ts';
import type { Platform } from './platform/recognize.ts';
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
    : `hybrid: controllers on v1, and a v2 hierarchy at ${layout.unified}`;
};

/** What boots into v2 alone: the kernel gives v1 no controller, and systemd mounts v2 only. */
const V2_ALONE = 'cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1';

/** A controller is on v1 or on v2, never on both, and tsstep uses one version. */
function onUnified(layout: CgroupLayout): readonly string[] {
  if (layout.version === 2 || layout.unified === undefined) return [];
  const file = join(layout.unified, 'cgroup.controllers');
  return (tolerating(['ENOENT', 'EACCES'], () => readFileSync(file, 'utf8')) ?? '').split(/\s+/);
}

const readKernelList = (): string =>
  tolerating(['ENOENT', 'EACCES'], () => readFileSync('/proc/cgroups', 'utf8')) ?? '';

/** By the last column of /proc/cgroups (cgroups(7)). */
const isOn = (controller: string, list: string): boolean =>
  new RegExp(`^${controller}\\t\\d+\\t\\d+\\t1$`, 'm').test(list);

/** Linux 6.18 of WSL has no memory controller for v1 any more, and there `/proc/cgroups` does not list it. */
function controllerRemedy(
  controller: string,
  layout: CgroupLayout,
  platform: Platform,
  list: string,
): string {
  // Switched on, and in no hierarchy of v1: since Linux 6.11 kernels are built without v1’s half of some.
  if (onUnified(layout).includes(controller) || (layout.version === 1 && isOn(controller, list)))
    return booting(platform, V2_ALONE);
  if (controller === 'memory') return booting(platform, 'cgroup_enable=memory');
  return `grep ${controller} /proc/cgroups shows whether the kernel has it`;
}

const heldBy = (layout: CgroupLayout): readonly string[] =>
  layout.version === 2 ? layout.controllers : Object.keys(layout.hierarchies);

/** @param list what /proc/cgroups says */
export function checkControllers(
  layout: CgroupLayout,
  platform: Platform,
  list = readKernelList(),
): Finding[] {
  const there = heldBy(layout);
  const lacking = Object.entries(flags).filter(([controller]) => !there.includes(controller));
  if (lacking.length === 0) return [ok('controllers', Object.keys(flags).join(' '))];
  return lacking.map(([controller, flag]) => {
    const what = onUnified(layout).includes(controller)
      ? `the ${controller} controller is on v2, and the others are on v1`
      : `there is no ${controller} controller`;
    const why = `${flag} cannot be kept and is refused`;
    return warning('controllers', what, why, controllerRemedy(controller, layout, platform, list));
  });
}

function writable(layout: CgroupLayout, platform: Platform): Finding | undefined {
  const refused = mountsOf(layout).filter((mount) => !isWritable(mount));
  if (refused.length === 0) return undefined;
  const why = 'making a directory there is what makes a control group';
  const remedy = platform.container ? wider(platform) : `mount -o remount,rw ${refused[0]}`;
  return missing('cgroups', `${refused.join(', ')} cannot be written to`, why, remedy);
}

/** Only the real root may hold processes and pass controllers on (cgroup-v2.rst, No Internal Process Constraint). */
function busyRoot(layout: CgroupLayout, platform: Platform): Finding | undefined {
  if (layout.version !== 2 || !existsSync(join(layout.mount, 'cgroup.type'))) return undefined;
  const handedDown = readFileSync(join(layout.mount, 'cgroup.subtree_control'), 'utf8').split(/\s+/);
  const lacking = Object.keys(flags).filter(
    (name) => layout.controllers.includes(name) && !handedDown.includes(name),
  );
  const holds = readFileSync(join(layout.mount, 'cgroup.procs'), 'utf8').trim() !== '';
  if (lacking.length === 0 || !holds) return undefined;
  const what = `${layout.mount} is not the real root and holds processes, so it cannot pass ${lacking.join(', ')} on`;
  const why = 'limits need the controllers in the container’s own group';
  return missing('cgroups', what, why, wider(platform));
}

/** As core/host/facts.ts sees it. Without a memory controller there is no limit at all, and that has its finding. */
function swap(layout: CgroupLayout, platform: Platform): Finding[] {
  if (!heldBy(layout).includes('memory')) return [];
  const memory = layout.version === 1 ? layout.hierarchies.memory : undefined;
  const file = memory === undefined ? '/proc/swaps' : join(memory, 'memory.memsw.limit_in_bytes');
  if (existsSync(file)) return [ok('swap', 'it can be limited')];
  const why = '--memory-swap is refused, and a memory limit leaves swap alone';
  return [warning('swap', 'the kernel does not account for it', why, booting(platform, 'swapaccount=1'))];
}

/** Nothing is mounted at all: who mounts it here. */
function mounting(platform: Platform, otherwise: string): string {
  if (platform.container) return wider(platform);
  return platform.init === 'OpenRC' ? 'rc-service cgroups start; rc-update add cgroups sysinit' : otherwise;
}

export function checkCgroups(platform: Platform): Finding[] {
  try {
    const layout = readLayout();
    const fault = (isRoot() ? writable(layout, platform) : undefined) ?? busyRoot(layout, platform);
    return [
      fault ?? ok('cgroups', layoutText(layout)),
      ...checkControllers(layout, platform),
      ...swap(layout, platform),
    ];
  } catch (error) {
    if (!(error instanceof TsstepError)) throw error;
    const { what, why, remedy } = error.failure;
    return [missing('cgroups', what, why, mounting(platform, remedy))];
  }
}
