import { existsSync } from 'node:fs';
import { containerId } from '../known.ts';
import type { Probe, ProbeContext, Tree } from '../snapshot.ts';
import { line, text } from './read.ts';
import { target } from './target.ts';

/** Limits and membership. Usage and statistics change by themselves and would drown what a step did. */
const attributes = {
  2: `cgroup.controllers cgroup.subtree_control cgroup.procs cgroup.freeze memory.max memory.swap.max memory.high memory.low
    memory.oom.group cpu.max cpu.weight cpuset.cpus cpuset.mems pids.max io.weight`.split(/\s+/),
  1: `memory.limit_in_bytes memory.memsw.limit_in_bytes memory.soft_limit_in_bytes memory.swappiness cpu.cfs_quota_us
    cpu.cfs_period_us cpu.shares cpuset.cpus cpuset.mems pids.max devices.list freezer.state cgroup.procs`.split(
    /\s+/,
  ),
} as const;

/** The container's control groups in each hierarchy, what they limit, and where init is in them (cgroups(7)). */
export const cgroup: Probe = (context) => {
  const { cgroups } = context.known.host;
  const found: Tree = {};
  if (cgroups.version === 2) {
    Object.assign(found, hierarchy(context, cgroups.mount, attributes[2]));
    found['/'] = pick(cgroups.mount, ['cgroup.subtree_control']);
  } else {
    const { hierarchies, unified } = cgroups;
    for (const [name, mount] of Object.entries({ ...hierarchies, ...(unified && { unified }) })) {
      const groups = asBefore(context, name, mount) ?? hierarchy(context, mount, attributesOf(name));
      if (Object.keys(groups).length > 0) found[name] = groups;
    }
  }
  const membership = memberOf(context);
  if (membership) found.membership = membership;
  return Object.keys(found).length > 0 ? found : undefined;
};

/** A hierarchy that lies elsewhere than what was changed has nothing new: there are a dozen of them. */
function asBefore({ changed }: ProbeContext, name: string, mount: string): Tree | undefined {
  if (!changed || changed.path.startsWith(`${mount}/`)) return undefined;
  const groups = changed.before.host.cgroup?.[name];
  return typeof groups === 'object' && groups !== null ? groups : {};
}

/** A v1 hierarchy has its own controller's files; asking all of them for all names would be most of the time. */
function attributesOf(controller: string): string[] {
  return attributes[1].filter((name) => name.startsWith(`${controller}.`) || name.startsWith('cgroup.'));
}

function hierarchy({ known }: ProbeContext, mount: string, names: readonly string[]): Tree {
  const groups: Tree = {};
  if (existsSync(`${mount}/tsstep`))
    groups.tsstep = pick(
      `${mount}/tsstep`,
      names.includes('cgroup.subtree_control') ? ['cgroup.subtree_control'] : [],
    );
  const id = containerId(known);
  const own = `tsstep/${id}`;
  if (id !== undefined && existsSync(`${mount}/${own}`)) groups[own] = pick(`${mount}/${own}`, names);
  return groups;
}

function pick(directory: string, names: readonly string[]): Tree {
  const found: Tree = {};
  for (const name of names) {
    const value = line(`${directory}/${name}`);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Lines `4:memory:/tsstep/…`, seen from the host: inside the container's cgroup namespace they end in `/`. */
function memberOf(context: ProbeContext): Tree | undefined {
  const directory = target(context);
  const content = directory && text(`${directory}/cgroup`);
  if (!content) return undefined;
  const found: Tree = {};
  for (const each of content.trim().split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(each) ?? [];
    if (path !== undefined) found[controllers || 'unified'] = path;
  }
  return found;
}
