import type { Probe, Tree } from '../snapshot.ts';
import { link, names } from './read.ts';
import { target } from './target.ts';

/**
 * Which namespaces the process is in, by inode number (namespaces(7)). /proc/PID is the main thread's view: Node's other
 * threads stay behind in the host's until execve ends them.
 */
export const namespaces: Probe = (context) => {
  const directory = target(context);
  if (!directory) return undefined;
  const found: Tree = {};
  for (const kind of names(`${directory}/ns`)) {
    // What children will get, not where the process is.
    if (kind.endsWith('_for_children')) continue;
    const its = link(`${directory}/ns/${kind}`);
    if (its === undefined) continue;
    const inode = /\d+/.exec(its)?.[0] ?? its;
    found[kind] = its === link(`/proc/self/ns/${kind}`) ? `${inode} (host)` : inode;
  }
  return Object.keys(found).length > 0 ? found : undefined;
};
