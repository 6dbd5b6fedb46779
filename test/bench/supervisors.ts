/** What it costs to keep containers that do nothing: tsstep's supervisors, and docker's shims and daemons. */
import { readFileSync } from 'node:fs';
import type { Docker } from '../support/docker.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { table } from './table.ts';

const CONTAINERS = 10;

interface Memory {
  /** Bytes that are in memory for it (VmRSS), and its share of those that others have as well (PSS). */
  rss: number;
  pss: number;
}

/** smaps_rollup (proc_pid_smaps(5)). */
function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]) * 1024;
  return { rss: bytes('Rss'), pss: bytes('Pss') };
}

const sum = (all: readonly Memory[]): Memory => ({
  rss: all.reduce((total, { rss }) => total + rss, 0),
  pss: all.reduce((total, { pss }) => total + pss, 0),
});

const perContainer = (name: string, { rss, pss }: Memory): string[] => [
  name,
  ...[rss, pss].map((bytes) => `${(bytes / CONTAINERS / 1e6).toFixed(1)} MB`),
];

const named = (sandbox: Sandbox, names: readonly string[]): Memory[] =>
  sandbox.cgroups
    .processes()
    .filter((pid) => names.includes(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()))
    .map(memoryOf);

export async function supervisors(sandbox: Sandbox, daemon: Docker): Promise<string> {
  const run = ['run', '-d', '--rm', 'lab', 'sleep', '100000'];
  const started = [];
  for (let n = 0; n < CONTAINERS; n++) started.push((await sandbox.tsstep(run)).stdout.trim());
  // A thread's name is cut at 15 bytes: proc_pid_comm(5).
  const rows = [perContainer('tsstep, a supervisor', sum(named(sandbox, ['tsstep-supervis', 'node'])))];
  await sandbox.tsstep(['kill', ...started]);
  if (daemon.missing === undefined) {
    for (let n = 0; n < CONTAINERS; n++) await daemon.output(...run);
    const all = named(daemon.sandbox, ['containerd-shim', 'dockerd', 'containerd']);
    rows.push(perContainer('docker, a shim and its share of dockerd and containerd', sum(all)));
    rows.push(perContainer('docker, a shim alone', sum(named(daemon.sandbox, ['containerd-shim']))));
  }
  return table(
    `Keeping ${CONTAINERS} containers that do nothing, for each`,
    ['', 'resident', 'its share (PSS)'],
    rows,
  );
}
