import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { thisProcess } from '../../../core/kernel/proc.ts';
import { containerFiles } from '../../../core/paths.ts';
import { changeNetworks } from '../../../core/store/change-networks.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { type ContainerState, writeConfig, writeState } from '../../../core/store/containers.ts';
import { isSameLife } from '../../../core/store/same-life.ts';
import { parse } from '../spec/parse.ts';

const id = 'a'.repeat(64);
const exited: ContainerState = { status: 'exited', run: 'r', supervisor: thisProcess() };
const running: ContainerState = { ...exited, status: 'running', process: { pid: 5, startTime: '100' } };
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsstep-unit-'));
  mkdirSync(containerFiles(root, id).directory, { recursive: true });
  writeConfig(root, { id, name: 'box', spec: parse({}) } as unknown as ContainerConfig);
});
afterEach(() => rmSync(root, { recursive: true }));

const { process: first } = running;
it.each<[before: ContainerState, now: ContainerState, same: boolean]>([
  [exited, exited, true],
  [exited, { ...exited, status: 'creating' }, false],
  [exited, running, false],
  [running, { ...running, status: 'paused' }, true],
  [running, { ...running, process: { pid: first?.pid ?? 0, startTime: '200' } }, false],
  [running, { ...exited, ...(first && { process: first }) }, false],
])('what was %j and is %j has the same life: %j', (before, now, same) =>
  expect(isSameLife(before, now)).toBe(same),
);

it('the networks of a container that was started or has ended meanwhile stay as they are', async () => {
  const config = () => readFileSync(containerFiles(root, id).config, 'utf8');
  const before = config();
  writeState(root, id, running);
  expect(await changeNetworks(root, id, exited, { join: { network: 'shop' } })).toBe(false);
  writeState(root, id, exited);
  const now = ['shop', {}] as unknown as [string, never];
  expect(await changeNetworks(root, id, running, { join: { network: 'shop' }, now })).toBe(false);
  expect(config()).toBe(before);
  expect(await changeNetworks(root, id, exited, { join: { network: 'shop' } })).toBe(true);
  expect(config()).toContain('"network": "shop"');
  // It has left the network before it ended.
  expect(await changeNetworks(root, id, running, { leave: 'shop', asked: ['shop'] })).toBe(true);
  expect(config()).not.toContain('"network": "shop"');
});
