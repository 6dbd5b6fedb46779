/** Starts virtual machines one after the other, runs tests inside, and has each of those as a test here. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingHostTools } from '../../vm/host-tools.ts';
import type { Outcome } from './report.ts';

const root = join(import.meta.dirname, '../..');

export interface Machine {
  name: string;
  /** Of `tsstep vm run`. */
  flags: readonly string[];
  files: readonly string[];
}

/** A run with all that can be asked of it, a container that lives on, and doctor on a machine that lacks something. */
export const WHOLE_RUN = 'kernel/whole-run';
export const WHOLE_LIFE = 'kernel/whole-life';
export const DOCTOR = 'vm/guest/doctor';

/** What became of a machine: its exit code, and what it said. */
interface Report {
  code: number;
  stdout: string;
  stderr: string;
}

function runMachine({ flags, files }: Machine): Promise<Report> {
  // With this process goes the machine, however it ends.
  const run = ['--pdeathsig', 'TERM', join(root, 'test/vm/run')];
  return new Promise((resolve) => {
    const child = spawn('setpriv', [...run, ...flags, '--reporter', './test/vm/report.ts', ...files], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

const outcomesIn = ({ stdout }: Report): Outcome[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{"file":'))
    .map((line) => JSON.parse(line) as Outcome);

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root: virtual machines are made of root’s files';
  const missing = missingHostTools();
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}: bin/setup --vm`;
}

export function tryMachines(machines: readonly Machine[]): void {
  describe.each(machines)('$name', async (machine) => {
    const reason = whyNot();
    if (reason !== undefined) return it('is started', (test) => test.skip(reason));
    const report = await runMachine(machine);
    const outcomes = outcomesIn(report);

    it('runs every file that was asked for, ends with success, and has nothing left over', () => {
      const failed = outcomes.some(({ state }) => state === 'failed');
      expect(report.code, report.stderr.slice(-4000)).toBe(failed ? 1 : 0);
      expect(
        machine.files.filter((file) => !outcomes.some((outcome) => outcome.file.includes(file))),
      ).toEqual([]);
    });

    for (const { file, name, state, text } of outcomes) {
      it(`${file}: ${name}`, (test) => {
        test.skip(state === 'skipped', text);
        expect(state, text).toBe('passed');
      });
    }
  });
}
