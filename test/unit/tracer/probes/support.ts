import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Known } from '../../../../core/known.ts';
import { statFields } from '../../../../tracer/probes/target.ts';
import { Tools } from '../../../../tracer/probes/tools.ts';
import type { ProbeContext } from '../../../../tracer/snapshot.ts';
import { knownOf } from '../../../support/fixed-host.ts';

/** Its path is not ours to choose, and it is in every Debian (util-linux). */
const unshare = 'unshare';

export const notRoot = process.getuid?.() !== 0;

const made: string[] = [];
const tools = new Tools();
afterAll(() => {
  tools.close();
  for (const directory of made) rmSync(directory, { recursive: true });
});

export interface Child {
  process: ChildProcess;
  known: Pick<Known, 'init'>;
}

/** A child in new namespaces, once it is in them: `flags` are unshare(1)'s, `command` runs inside. */
export async function childIn(
  flags: readonly string[],
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(unshare, [...flags, ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  });
  const pid = child.pid ?? 0;
  while (readlinkSync(`/proc/${pid}/exe`).endsWith('/unshare'))
    await new Promise((wake) => setTimeout(wake, 5));
  return { process: child, known: { init: { pid, startTime: statFields(`/proc/${pid}`)?.[19] ?? '' } } };
}

export function contextOf(
  known: Partial<Omit<Known, 'host' | 'run' | 'supervisor'>>,
  secrets: readonly string[] = [],
): ProbeContext {
  const base = mkdtempSync(join(tmpdir(), 'tsstep-probes-'));
  made.push(base);
  return {
    known: {
      ...knownOf({ root: `${base}/lib`, run: `${base}/run`, cgroups: { version: 1, hierarchies: {} } }),
      ...known,
    },
    secrets: new Set(secrets),
    tools,
  };
}
