import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import type { Failure } from '../../../core/operation.ts';
import { containerFiles } from '../../../core/paths.ts';
import { findContainer, writeState } from '../../../core/store/containers.ts';
import { temporaryRoot } from '../image/tars.ts';

/** What is said of `reference` where there are containers of these names, all with IDs that begin with `ab`. */
function refusal(reference: string, names: readonly string[]): Failure {
  const root = temporaryRoot();
  names.forEach((name, index) => {
    const id = `ab${index.toString(16)}`.padEnd(64, '0');
    const created = String(99 - index);
    mkdirSync(containerFiles(root, id).directory, { recursive: true });
    writeFileSync(containerFiles(root, id).config, JSON.stringify({ id, name, created }));
    writeState(root, id, { status: 'exited', run: 'r', supervisor: { pid: 1, startTime: '1' } });
  });
  try {
    findContainer(root, reference);
  } catch (error) {
    return failureOf(error);
  }
  throw new Error('it was found');
}

const many = Array.from({ length: 12 }, (_, index) => `number${index}x`);

describe('a container that is not there', () => {
  it.each<[string, string[], RegExp]>([
    ['wbe', ['web', 'db', ...many], /^did you mean `web`\? tsstep ps -a/],
    ['mail', ['web', 'db'], /^there are: web, db\. tsstep ps -a/],
    ['mail', many, /^tsstep ps -a/],
    ['mail', [], /^tsstep ps -a/],
  ])('%s: of %j those are named that may be meant', (reference, names, remedy) => {
    const { code, what, remedy: said } = refusal(reference, names);
    expect({ code, what }).toEqual({ code: 'no-such-container', what: `no container "${reference}"` });
    expect(said).toMatch(remedy);
  });

  it('because an ID was shortened too far is one of those that fit, of which ten are named', () => {
    expect(refusal('ab', ['web', 'db'])).toMatchObject({
      what: '"ab" fits 2 containers',
      why: expect.stringMatching(/; it fits ab0000000000 \(web\), ab1000000000 \(db\)$/),
    });
    expect(refusal('ab', many).why).toMatch(/\(number9x\) and 2 more$/);
  });
});
