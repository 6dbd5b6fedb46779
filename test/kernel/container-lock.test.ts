import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withContainerLock } from '../../core/store/container-lock.ts';
import { failure, temporaryRoot } from '../unit/image/tars.ts';

const id = 'a1'.repeat(32);

it('who locks a container that is gone by then is told so, and leaves no file in its place', async () => {
  const root = temporaryRoot();
  const directory = join(root, 'containers', id);
  const lock = withContainerLock(root, id, () => undefined);
  expect(await failure(lock)).toMatchObject({ code: 'no-such-container' });
  expect(existsSync(directory)).toBe(false);
});

it('two who lock a container come one after the other', async () => {
  const root = temporaryRoot();
  mkdirSync(join(root, 'containers', id), { recursive: true });
  const seen: string[] = [];
  const work = (who: string) =>
    withContainerLock(root, id, async () => {
      seen.push(`${who} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${who} ends`);
    });
  await Promise.all([work('one'), work('two')]);
  expect(seen).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});
