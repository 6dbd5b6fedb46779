/** What the kernel says of a container's first process at this moment. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tolerating } from '../../../core/kernel/errno.ts';
import { capabilityNames } from '../../../tracer/probes/capabilities.ts';
import { goMap } from '../template/go-values.ts';

/** It may end while it is looked at, and another user may not look. */
const gone = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'] as const;

/** namespaces(7), cgroups(7), proc_pid_mountinfo(5), capabilities(7). Null: there is no process. */
export function kernelFacts(pid: number) {
  if (pid === 0) return null;
  return (
    tolerating([...gone], () => ({
      Pid: pid,
      Namespaces: goMap(namespacesOf(pid)),
      Cgroups: goMap(cgroupsOf(pid)),
      RootMount: rootMountOf(pid),
      ...statusOf(pid),
    })) ?? null
  );
}

/** Inode numbers; those of children-to-be are not its own. */
function namespacesOf(pid: number): Record<string, number> {
  const kinds = readdirSync(`/proc/${pid}/ns`).filter((kind) => !kind.endsWith('_for_children'));
  return Object.fromEntries(
    kinds.map((kind) => [kind, Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/${kind}`))?.[0])]),
  );
}

/** By controller; v2 has none to its name. */
function cgroupsOf(pid: number): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return [controllers === '' ? 'unified' : controllers, path];
    }),
  );
}

/** Its line as it is: options of both kinds, propagation, the layers. */
function rootMountOf(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  return lines.find((line) => line.split(' ')[4] === '/') ?? '';
}

function statusOf(pid: number) {
  const fields = new Map<string, string>(
    readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .map((line) => /^(\w+):\s*(.*)$/.exec(line))
      .map((match) => [match?.[1] ?? '', match?.[2] ?? '']),
  );
  const capabilities = (field: string): string[] =>
    capabilityNames(fields.get(field) ?? '0')
      .split(',')
      .filter(Boolean);
  return {
    Capabilities: {
      Effective: capabilities('CapEff'),
      Permitted: capabilities('CapPrm'),
      Inheritable: capabilities('CapInh'),
      Bounding: capabilities('CapBnd'),
      Ambient: capabilities('CapAmb'),
    },
    NoNewPrivileges: fields.get('NoNewPrivs') === '1',
    Seccomp: Number(fields.get('Seccomp') ?? 0),
  };
}
