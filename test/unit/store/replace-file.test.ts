import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { replaceFile } from '../../../core/replace-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsstep-replace-'));
const path = join(directory, 'state.json');
afterAll(() => rmSync(directory, { recursive: true }));

it('a file is replaced by another one, which only root reads, and nothing else is left', () => {
  replaceFile(path, 'old');
  const { ino } = statSync(path);
  replaceFile(path, 'new', { sync: true });
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).ino).not.toBe(ino);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['state.json']);
});

it('a file that cannot be written whole leaves the old one', () => {
  const partial = join(directory, 'partial');
  mkdirSync(partial);
  writeFileSync(path, 'old');
  expect(() => replaceFile(path, 'new', { partial })).toThrow('EISDIR');
  expect(readFileSync(path, 'utf8')).toBe('old');
});
