import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeCgroups } from '../../../core/cgroup/remove.ts';

it('cgroups are removed with all below them, and an absent one is fine', async () => {
  // Directories stand in for cgroups: rmdir(2) is the same.
  const top = mkdtempSync(join(tmpdir(), 'tsstep-cgroup-'));
  mkdirSync(join(top, 'c1/a/b'), { recursive: true });
  mkdirSync(join(top, 'c1/d'));
  await removeCgroups([join(top, 'c1'), join(top, 'absent'), join(top, 'absent/too')]);
  expect(existsSync(join(top, 'c1'))).toBe(false);
  expect(existsSync(top)).toBe(true);
  rmSync(top, { recursive: true });
});
