/**
 * Starts the virtual machines, one after the other, when the test run starts: other tests use one processor, and these take
 * minutes. machines.test.ts waits for the results, which are files because it runs in a process of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { missingHostTools } from '../../vm/host-tools.ts';
import { type Machine, machines } from './machines.ts';

/** What became of a machine: its exit code, and what it said. */
export interface Report {
  code: number;
  stdout: string;
  stderr: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why no machine was started, or nothing. */
    reason: string;
    /** `0.json` for the first machine, once it has ended. */
    reports: string;
  }
}

const root = join(import.meta.dirname, '../..');
let running: ChildProcess | undefined;

function runMachine({ flags, files }: Machine): Promise<Report> {
  const vitest = ['--reporter', './test/vm/report.ts', ...files];
  return new Promise((resolve) => {
    // With this process goes the machine, however it ends.
    const tied = ['--pdeathsig', 'TERM', join(root, 'test/vm/run')];
    const child = spawn('setpriv', [...tied, ...flags, ...vitest], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

function whyNot(): string {
  if (process.getuid?.() !== 0) return 'needs root: virtual machines are made of root’s files';
  const missing = missingHostTools();
  return missing.length === 0 ? '' : `needs ${missing.join(', ')}: bin/setup --vm`;
}

export default function start(project: TestProject) {
  const reason = whyNot();
  const reports = mkdtempSync(join(tmpdir(), 'tsstep-vm-reports-'));
  project.provide('reason', reason);
  project.provide('reports', reports);
  let over = false;
  const all = async () => {
    for (const [index, machine] of machines.entries()) {
      if (over) return;
      const report = await runMachine(machine);
      if (over) return;
      // Whole at once: somebody is waiting for the name.
      writeFileSync(join(reports, 'next'), JSON.stringify(report));
      renameSync(join(reports, 'next'), join(reports, `${index}.json`));
    }
  };
  if (reason === '') void all();
  return () => {
    over = true;
    running?.kill('SIGTERM');
    rmSync(reports, { recursive: true, force: true });
  };
}
