import type { Probe, Tree } from '../snapshot.ts';
import { capabilityNames } from './capabilities.ts';
import { text } from './read.ts';
import { signalNames } from './signals.ts';
import { status, target } from './target.ts';

const seccomp: Readonly<Record<string, string>> = { '0': 'off', '1': 'strict', '2': 'filter' };

/** Who the process is to the kernel and what it may do (credentials(7), capabilities(7), proc_pid_status(5)). */
export const identity: Probe = (context) => {
  const directory = target(context);
  const now = status(context);
  if (!directory || !now) return undefined;
  const found: Tree = {
    // Real, effective, saved and filesystem: equal but for set-user-ID programs.
    Uid: collapse(now.Uid),
    Gid: collapse(now.Gid),
    Groups: (now.Groups ?? '').split(' ').filter(Boolean).join(','),
    NoNewPrivs: now.NoNewPrivs === '1',
    Seccomp: seccomp[now.Seccomp ?? ''] ?? 'unknown',
    Umask: now.Umask ?? '',
    SigIgn: signalNames(now.SigIgn ?? '0'),
    SigBlk: signalNames(now.SigBlk ?? '0'),
  };
  for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    const hex = now[name] ?? '0';
    found[name] = { hex, names: capabilityNames(hex) };
  }
  for (const name of ['uid_map', 'gid_map']) {
    const map = text(`${directory}/${name}`)?.trim().split('\n');
    if (map) found[name] = map.map((each) => each.trim().split(/\s+/).join(' ')).join('; ');
  }
  return found;
};

function collapse(ids = ''): string {
  const all = ids.split('\t');
  return new Set(all).size === 1 ? (all[0] ?? '') : all.join(' ');
}
