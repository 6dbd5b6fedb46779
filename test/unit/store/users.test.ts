import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { usersByImage } from '../../../core/image/store/users.ts';
import { startTimeOf } from '../../../core/kernel/proc.ts';
import { containerFiles } from '../../../core/paths.ts';
import { temporaryRoot } from '../image/tars.ts';

it.each([
  ['running', true],
  ['paused', true],
  ['creating', true],
  ['exited', false],
])('an image of a container that is %s is in use by one that is up: %s', (status, isUp) => {
  const root = temporaryRoot();
  const id = 'a1'.repeat(32);
  const files = containerFiles(root, id);
  mkdirSync(files.directory, { recursive: true });
  writeFileSync(files.config, JSON.stringify({ id, image: { id: 'sha256:1', digest: 'sha256:2' } }));
  const supervisor = { pid: process.pid, startTime: startTimeOf(process.pid) };
  writeFileSync(files.state, JSON.stringify({ status, supervisor }));
  expect(usersByImage(root).get('sha256:1')).toEqual(
    isUp ? { running: [id], stopped: [] } : { running: [], stopped: [id] },
  );
});
