/** Probes in a container that runs, as its supervisor starts them. */
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { ContainerConfig } from '../../core/store/config.ts';
import { readContainer } from '../../core/store/containers.ts';
import { durationText } from '../../core/supervisor/duration-text.ts';
import { watchHealth } from '../../core/supervisor/health.ts';
import { type Health, healthOf } from '../../core/supervisor/health-file.ts';
import { useContainers } from '../support/containers.ts';

const { sandbox, start } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');
let stop: (() => void) | undefined;

afterEach(() => stop?.());

interface Watched {
  id: string;
  config: ContainerConfig;
  /** Waits for the next change. */
  next(): Promise<Health | undefined>;
}

const nextOf = <T>(queue: T[], waiting: ((one: T) => void)[]) => {
  const first = queue.shift();
  return first === undefined ? new Promise<T>((resolve) => waiting.push(resolve)) : Promise.resolve(first);
};

async function watched(isPaused = () => false): Promise<Watched> {
  const id = readlinkSync(join(sandbox.root, 'names/box'));
  const config = readContainer(sandbox.root, id)?.config as ContainerConfig;
  const probe = sandbox.enter([
    'env',
    `TSSTEP_ROOT=${sandbox.root}`,
    `TSSTEP_RUN=${sandbox.root}/run`,
    bin,
    'probe',
    id,
  ]);
  const queue: Health['Status'][] = [];
  const waiting: ((status: Health['Status']) => void)[] = [];
  const changed = (status: Health['Status']): void => {
    const first = waiting.shift();
    if (first) first(status);
    else queue.push(status);
  };
  const options = { root: sandbox.root, id, probe, startedAt: new Date().toISOString(), isPaused, changed };
  const { healthcheck } = config;
  if (!healthcheck) throw new Error('it has no health check');
  stop = watchHealth({ ...options, healthcheck }).stop;
  expect(healthOf(sandbox.root, id)).toEqual({ Status: 'starting', FailingStreak: 0, Log: [] });
  const next = async () => {
    await nextOf(queue, waiting);
    return healthOf(sandbox.root, id);
  };
  return await Promise.resolve({ id, config, next });
}

it('a probe runs as the container’s user with its environment; the health follows its exit codes, and stops with a stop', async () => {
  const cmd = 'id -un; echo $A; [ -e /tmp/well ]';
  const container = await start([
    ...'--name box -u student -e A=secret --health-interval 50ms --health-retries 2'.split(' '),
    ...['--health-cmd', cmd],
  ]);
  const { id, next } = await watched();
  const ill = await next();
  expect(ill).toMatchObject({ Status: 'unhealthy', FailingStreak: 2 });
  expect(ill?.Log).toMatchObject(Array(2).fill({ ExitCode: 1, Output: 'student\nsecret\n' }));
  await container.shell('touch /tmp/well');
  expect(await next()).toMatchObject({ Status: 'healthy', FailingStreak: 0 });
  stop?.();
  // Docker’s word for what nobody watches.
  expect(healthOf(sandbox.root, id)?.Status).toBe('unhealthy');
});

it('a probe that takes too long is killed, and a paused container is not probed', async () => {
  const timeout = 600e6;
  const container = await start([
    ...`--name box --health-interval 50ms --health-retries 1 --health-timeout ${durationText(timeout)}`.split(
      ' ',
    ),
    ...['--health-cmd', 'echo begun; sleep 1000; true'],
  ]);
  let looks = 0;
  const { next } = await watched(() => looks++ < 2);
  const ill = await next();
  expect(looks).toBeGreaterThan(2);
  expect(ill).toMatchObject({
    ...{ Status: 'unhealthy', FailingStreak: 1 },
    Log: [{ ExitCode: -1, Output: 'Health check exceeded timeout (600ms)' }],
  });
  stop?.();
  expect((await container.shell('ps')).stdout).not.toContain('sleep 1000');
});
