/** What this machine has to have, checked before somebody runs into it. */
import { checkCgroups } from './cgroups.ts';
import type { Finding } from './finding.ts';
import { checkKernel } from './kernel.ts';
import { checkNetwork } from './network.ts';
import { checkPrivileges } from './privileges.ts';
import { checkState } from './state.ts';
import { checkTools } from './tools.ts';

export type { Finding };

/** `root`: the state directory. Nothing is left behind, and nothing of the host's is changed. */
export function examine(root: string): Finding[] {
  return [
    ...checkPrivileges(),
    ...checkTools(),
    ...checkKernel(),
    ...checkCgroups(),
    ...checkNetwork(),
    ...checkState(root),
  ];
}
