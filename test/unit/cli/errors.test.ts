import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../core/errors.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
);

describe('docs/errors.md', () => {
  it('has a section for every code of the catalogue', () => {
    expect(Object.keys(catalogue).filter((code) => !sections.has(code))).toEqual([]);
  });

  it('has no section for a code that does not exist', () => {
    expect([...sections.keys()].filter((code) => !(code in catalogue))).toEqual([]);
  });

  it('is in the order of the catalogue, so that both can be read side by side', () => {
    expect([...sections.keys()]).toEqual(Object.keys(catalogue));
  });

  it('says more than the name of the code', () => {
    for (const [code, section] of sections) expect(section.length, code).toBeGreaterThan(code.length + 80);
  });
});
