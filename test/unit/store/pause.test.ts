import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { thisProcess } from '../../../core/kernel/proc.ts';
import { containerFiles } from '../../../core/paths.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { changeState, readContainer, writeConfig, writeState } from '../../../core/store/containers.ts';
import { changePause } from '../../../stepper/lifecycle/pause.ts';
import { parse } from '../spec/parse.ts';

const id = 'a'.repeat(64);
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsstep-unit-'));
  mkdirSync(containerFiles(root, id).directory, { recursive: true });
  const config = { id, name: 'box', image: { name: 'lab' }, spec: parse({}) };
  writeConfig(root, config as unknown as ContainerConfig);
  writeState(root, id, { status: 'running', run: 'r', supervisor: thisProcess() });
});
afterEach(() => rmSync(root, { recursive: true }));

it('what is written of a container while it is frozen stays written', async () => {
  await changePause(root, id, 'pause', () => void changeState(root, id, { stopped: true }));
  expect(readContainer(root, id)?.state).toMatchObject({ status: 'paused', stopped: true });
  await changePause(root, id, 'unpause', () => void changeState(root, id, { stopped: undefined }));
  expect(readContainer(root, id)?.state).toEqual({ status: 'running', run: 'r', supervisor: thisProcess() });
});
