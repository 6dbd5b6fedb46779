/** What the kernel tests came to inside of virtual machines: each of their tests is one here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { tolerating } from '../../core/kernel/errno.ts';
import { machines } from './machines.ts';
import type { Outcome } from './report.ts';
import type { Report } from './start.ts';

const reason = inject('reason');

async function reportOf(index: number): Promise<Report> {
  for (;;) {
    const path = join(inject('reports'), `${index}.json`);
    const text = tolerating(['ENOENT'], () => readFileSync(path, 'utf8'));
    if (text !== undefined) return JSON.parse(text) as Report;
    await sleep(500);
  }
}

const outcomesIn = ({ stdout }: Report): Outcome[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{"file":'))
    .map((line) => JSON.parse(line) as Outcome);

describe.each(machines.map((machine, index) => ({ ...machine, index })))(
  '$name',
  async ({ index, files }) => {
    if (reason !== '') return it('is started', (test) => test.skip(reason));
    const report = await reportOf(index);
    const outcomes = outcomesIn(report);

    it('runs every file that was asked for, ends with success, and has nothing left over', () => {
      const failed = outcomes.some(({ state }) => state === 'failed');
      expect(report.code, report.stderr.slice(-4000)).toBe(failed ? 1 : 0);
      expect(files.filter((file) => !outcomes.some((outcome) => outcome.file.includes(file)))).toEqual([]);
    });

    for (const { file, name, state, text } of outcomes) {
      it(`${file}: ${name}`, (test) => {
        test.skip(state === 'skipped', text);
        expect(state, text).toBe('passed');
      });
    }
  },
);
