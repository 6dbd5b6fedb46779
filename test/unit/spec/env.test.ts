import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parsePairs } from '../../../core/spec/env-file.ts';
import { secretNames } from '../../../core/spec/secrets.ts';
import { parse, refusal } from './parse.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsstep-env-'));
afterAll(() => rmSync(directory, { recursive: true }));
function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('--env', () => {
  test('takes a value as it is, equals signs and spaces included', () => {
    expect(parse({ env: ['A=1', 'B=', 'C=x=y z', 'A B=2'] }).env).toEqual([
      ['A', '1'],
      ['B', ''],
      ['C', 'x=y z'],
      ['A B', '2'],
    ]);
  });

  test('without a value passes on what the environment has, even an empty value', () => {
    expect(parse({ env: ['A', 'B'] }, { A: 'here', B: '' }).env).toEqual([
      ['A', 'here'],
      ['B', ''],
    ]);
  });

  test('without a value and unset here takes the image’s variable away, unless another flag gives one', () => {
    const spec = parse({ env: ['A', 'B', 'B=1'] });
    expect(spec.env).toEqual([['B', '1']]);
    expect(spec.unsetEnv).toEqual(['A']);
    expect(parse({ env: ['A=1'] })).not.toHaveProperty('unsetEnv');
  });

  test.each(['', '=secret'])('%j is refused without showing what may be a secret', (text) => {
    const failure = refusal({ env: [text] });
    expect(failure.why).toMatch(/needs a name/);
    expect(JSON.stringify(failure)).not.toContain('secret');
  });
});

describe('--env-file', () => {
  test('knows comments, blank lines, indentation, CRLF, a byte order mark, and names to pass on', () => {
    const path = file('good', '\uFEFFA=1\r\n# c\n  #d\n\n\t B=2 \nC\nHOME\nD="q"#x');
    expect(parse({ envFile: [path] }, { HOME: '/root' }).env).toEqual([
      ['A', '1'],
      ['B', '2 '],
      ['HOME', '/root'],
      ['D', '"q"#x'],
    ]);
  });

  test('comes before --env, so that the flag wins', () => {
    const path = file('first', 'A=file\n');
    expect(parse({ env: ['A=flag'], envFile: [path] }).env).toEqual([
      ['A', 'file'],
      ['A', 'flag'],
    ]);
  });

  test.each([
    ['A=1\n=x\n', 2, /no name/],
    ['A=1\n\nA B=2', 3, /"A B" contains white space/],
    ['A =2', 1, /white space/],
    [new Uint8Array([0x41, 0x3d, 0x0a, 0xff, 0x0a]), 2, /not UTF-8/],
  ])('%j is refused at line %d', (content, line, why) => {
    const path = file('bad', content);
    const failure = refusal({ envFile: [path] });
    expect(failure.what).toBe(`--env-file "${path}:${line}"`);
    expect(failure.why).toMatch(why);
  });

  test('that is missing is refused with the kernel’s word for it', () => {
    expect(refusal({ envFile: ['/nope'] }).why).toMatch(/ENOENT/);
  });

  test('that is empty says nothing', () => {
    expect(parsePairs('--env-file', 'f', new Uint8Array(), () => undefined)).toEqual([]);
  });
});

describe('--label', () => {
  test('has a value or an empty one, flags winning over files', () => {
    const path = file('labels', 'a=file\nb\n  c=3\n');
    expect(parse({ label: ['a=flag', 'd', 'e=x=y'], labelFile: [path] }).labels).toEqual({
      a: 'flag',
      b: '',
      c: '3',
      d: '',
      e: 'x=y',
    });
  });

  test.each(['', '=x', 'a b=c', 'a\tb'])('%j is refused', (text) => {
    expect(refusal({ label: [text] }).what).toBe(`--label ${JSON.stringify(text)}`);
  });
});

test('the names of secrets are those of every variable that was typed, from flags and files', () => {
  const path = file('secret', 'TOKEN=1\nABSENT\n');
  const spec = parse({ env: ['KEY=2', 'HOME', 'GONE'], envFile: [path] }, { HOME: '/root' });
  expect(secretNames(spec)).toEqual(new Set(['TOKEN', 'KEY', 'HOME']));
});
