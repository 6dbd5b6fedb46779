import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import { groupPath } from './group.ts';
import type { CgroupLayout } from './layout.ts';

/** `oom_kill` counts processes that the OOM killer took: memory.events of v2, memory.oom_control of v1 (Linux 4.13). */
export function oomKills(text: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Whether the OOM killer took a process of the container. To be asked before the cgroup is removed: false once it is gone. */
export function wasOomKilled(layout: CgroupLayout, id: string): boolean {
  const mount = layout.version === 2 ? layout.mount : layout.hierarchies.memory;
  if (mount === undefined) return false;
  const file = join(groupPath(mount, id), layout.version === 2 ? 'memory.events' : 'memory.oom_control');
  const text = tolerating(['ENOENT', 'ENODEV'], () => readFileSync(file, 'utf8')) ?? '';
  return oomKills(text) > 0;
}
