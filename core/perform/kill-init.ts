import { thaw } from '../cgroup/freezer.ts';
import { killProcess } from '../host/process.ts';
import type { Known } from '../known.ts';

/** Kills a container, also one that a commit has frozen. */
export async function killInit({ init, id, host }: Known): Promise<void> {
  if (init) await killProcess(init, () => void (id && thaw(host.cgroups, id)));
}
