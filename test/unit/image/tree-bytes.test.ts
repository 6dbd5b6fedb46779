import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { treeBytes } from '../../../core/host/tree-bytes.ts';
import { temporaryRoot } from './tars.ts';

it('a tree has the bytes of its files and of its symlinks’ targets, a file with two names once', () => {
  const root = temporaryRoot();
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/one'), 'x'.repeat(1000));
  linkSync(join(root, 'a/one'), join(root, 'a/b/two'));
  writeFileSync(join(root, 'a/b/three'), 'x'.repeat(200));
  symlinkSync('/etc/passwd', join(root, 'link'));
  symlinkSync('a', join(root, 'to-directory'));
  expect(treeBytes(root)).toBe(1000 + 200 + '/etc/passwd'.length + 1);
  expect(treeBytes(join(root, 'nowhere'))).toBe(0);
});
