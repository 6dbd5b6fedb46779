import type { Probe, Tree } from '../snapshot.ts';
import { commandLine } from './process.ts';
import { line, names, text } from './read.ts';
import { statFields, target } from './target.ts';

/** The container's first process as the host sees it: an ordinary one, with a parent, and children that ps(1) would show. */
export const init: Probe = (context) => {
  const directory = target(context);
  const stat = directory && statFields(directory);
  if (!directory || !stat) return undefined;
  const found: Tree = {
    pid: Number(directory.slice('/proc/'.length)),
    ppid: Number(stat[1]),
    startTime: stat[19] ?? '',
  };
  const cmdline = commandLine(directory);
  if (cmdline !== undefined) found.cmdline = cmdline;
  const parent = line(`/proc/${stat[1]}/comm`);
  if (parent !== undefined) found.parent = parent;
  const children = descendants(directory);
  if (Object.keys(children).length > 0) found.children = children;
  return found;
};

/** By pid. /proc/PID/task/TID/children needs CONFIG_PROC_CHILDREN; without it no children are shown. */
function descendants(directory: string, depth = 8): Tree {
  const found: Tree = {};
  for (const task of names(`${directory}/task`)) {
    for (const pid of text(`${directory}/task/${task}/children`)?.split(' ').filter(Boolean) ?? []) {
      found[pid] = commandLine(`/proc/${pid}`) ?? '';
      if (depth > 0) Object.assign(found, descendants(`/proc/${pid}`, depth - 1));
    }
  }
  return found;
}
