import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bootId, startTimeOf, thisProcess } from '../../../core/kernel/proc.ts';
import type { ProcessId } from '../../../core/known.ts';
import { containerFiles } from '../../../core/paths.ts';
import {
  type Container,
  type ContainerState,
  readLocked,
  writeState,
} from '../../../core/store/containers.ts';
import { stopAllForNow } from '../../../stepper/lifecycle/boot.ts';
import { kill, stop } from '../../../stepper/lifecycle/stop.ts';
import { temporaryRoot } from '../image/tars.ts';

/** A process that is up; with `script`, as soon as that has said so. */
async function started(script = 'echo; exec sleep 1000'): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const idOf = ({ pid = 0 }: ChildProcess): ProcessId => ({ pid, startTime: startTimeOf(pid) ?? '' });

function stored(root: string, name: string, config: object, state: Partial<ContainerState>): Container {
  const id = name.repeat(64);
  mkdirSync(containerFiles(root, id).directory, { recursive: true });
  const image = { name: 'lab' };
  writeFileSync(containerFiles(root, id).config, JSON.stringify({ id, name, image, labels: {}, ...config }));
  writeState(root, id, {
    ...{ status: 'running', run: 'r', supervisor: thisProcess(), boot: bootId() },
    ...state,
  });
  return readLocked(root, id);
}

describe('a signal to a container', () => {
  it('may be one of real time, whatever its image wants to be stopped with', async () => {
    const root = temporaryRoot();
    const child = await started('trap "exit 5" 37; echo; while :; do sleep 0.01; done');
    const container = stored(root, 'a', { stopSignal: 'SIGNONE', spec: {} }, { process: idOf(child) });
    await kill(root, container, 'SIGRTMIN+3');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });
});

describe('stop', () => {
  it('is patient for longer than a timer can wait', async () => {
    const root = temporaryRoot();
    const patience = { d: 2_147_484, e: 5_000_000 };
    const ends = Object.entries(patience).map(async ([name, seconds]) => {
      const child = await started('trap "sleep 0.1; exit 5" TERM; echo; while :; do sleep 0.01; done');
      const alone = { process: idOf(child), supervisor: idOf(child) };
      const ended = once(child, 'exit');
      await stop(root, stored(root, name, { stopSignal: 'SIGTERM', spec: {} }, alone), seconds);
      return await ended;
    });
    const kindly = [5, null];
    expect(await Promise.all(ends)).toEqual([kindly, kindly]);
  });
});

describe('system stop', () => {
  it('goes on when one container cannot be stopped, and says which', async () => {
    const root = temporaryRoot();
    const running = idOf(await started());
    stored(root, 'b', { stopSignal: 'SIGTERM', created: '2', spec: null }, { process: running });
    const waiting = await started();
    stored(root, 'c', { created: '1', spec: {} }, { status: 'restarting', supervisor: idOf(waiting) });
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => said.mockRestore());
    const result = await stopAllForNow(root);
    expect(result).toEqual({ stopped: ['c'], failed: ['b'] });
    expect(said.mock.calls.join()).toMatch(/tsstep: .*\n {2}at: {5}b\n/);
  });
});
