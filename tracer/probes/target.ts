/** Whom the container's probes look at: init, later the container's process, always the same pid. */
import { statSync } from 'node:fs';
import { containerId } from '../known.ts';
import type { ProbeContext } from '../snapshot.ts';
import { fields, link, text, unlessGone } from './read.ts';
import { shared } from './shared.ts';

/** `/proc/PID` while the process that was meant lives. A reused pid has another start time; a zombie has nothing any more. */
export function target(context: ProbeContext): string | undefined {
  return shared(context, 'target', () => {
    const init = context.known.init;
    if (!init) return undefined;
    const stat = statFields(`/proc/${init.pid}`);
    return stat?.[19] === init.startTime && !/[ZX]/.test(stat[0] ?? '') ? `/proc/${init.pid}` : undefined;
  });
}

/** Fields of /proc/PID/stat from the third on: the second, comm, may hold spaces and parentheses (proc_pid_stat(5)). */
export function statFields(directory: string): string[] | undefined {
  const stat = text(`${directory}/stat`);
  return stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ');
}

export function status(context: ProbeContext): Record<string, string> | undefined {
  return shared(context, 'status', () => {
    const directory = target(context);
    const content = directory && text(`${directory}/status`);
    return content ? fields(content) : undefined;
  });
}

/** Whether the target is in the host's namespace of this kind; `undefined`: it is gone. */
export function inHostNamespace(context: ProbeContext, kind: string): boolean | undefined {
  const directory = target(context);
  const its = directory && link(`${directory}/ns/${kind}`);
  return its === undefined ? undefined : its === link(`/proc/self/ns/${kind}`);
}

/** The container's files as the target sees them: its root, or before pivot_root the merged directory in its mounts. */
export function rootfs(context: ProbeContext): string | undefined {
  const directory = target(context);
  if (!directory) return undefined;
  const its = unlessGone(() => statSync(`${directory}/root/`));
  if (!its) return undefined;
  const host = statSync('/');
  if (its.dev !== host.dev || its.ino !== host.ino) return `${directory}/root`;
  const id = containerId(context.known);
  return id && `${directory}/root${context.known.host.root}/containers/${id}/merged`;
}
