import { letOut, thaw } from '../cgroup/freezer.ts';
import { killProcess } from '../host/process.ts';
import type { Known } from '../known.ts';

/** Kills a container, also one that a commit has frozen; or what was to become a process of one, which then stays frozen. */
export async function killInit({ init, id, host, peers }: Known): Promise<void> {
  if (!init) return;
  const goOn = () => {
    if (id) thaw(host.cgroups, id);
    if (peers?.container) letOut(host.cgroups, init.pid);
  };
  await killProcess(init, goOn);
}
