/** What this machine has to have, checked before somebody runs into it. */
import { checkCgroups } from './cgroups.ts';
import type { Finding } from './finding.ts';
import { checkKernel } from './kernel.ts';
import { checkNetwork } from './network.ts';
import { checkPlatform } from './platform/check.ts';
import { recognize } from './platform/recognize.ts';
import { readTraces } from './platform/traces.ts';
import { checkPrivileges } from './privileges.ts';
import { checkState } from './state.ts';
import { checkTools } from './tools.ts';
import { checkUserNamespaces, readUserNamespaces } from './user-namespaces.ts';

export type { Finding };

/** `root`: the state directory. Nothing is left behind, and nothing of the host's is changed. */
export function examine(root: string): Finding[] {
  const platform = recognize(readTraces());
  return [
    ...checkPlatform(platform),
    ...checkPrivileges(platform),
    ...checkTools(),
    ...checkKernel(platform),
    checkUserNamespaces(readUserNamespaces()),
    ...checkCgroups(platform),
    ...checkNetwork(platform),
    ...checkState(root, platform),
  ];
}
