import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { diff } from '../../../../tracer/diff.ts';
import { everything, observe } from '../../../../tracer/observe.ts';
import { emptySnapshot, type ProbeContext, type Snapshot } from '../../../../tracer/snapshot.ts';
import { type Child, childIn, contextOf, notRoot } from './support.ts';

const script =
  'hostname probed; umask 077; ip link set lo up; mount -t tmpfs -o size=4k,nosuid "my data" /mnt; exec sleep 1000';

describe('a container’s process', () => {
  let child: Child | undefined;
  let context: ProbeContext;
  let seen: Snapshot;

  beforeEach((each) => each.skip(notRoot, 'needs root: it makes namespaces'));
  beforeAll(async () => {
    if (notRoot) return;
    child = await childIn(['-u', '-n', '-m'], ['sh', '-c', script], { SECRET: 'hunter2', PLAIN: 'a=b' });
    context = contextOf(child.known, ['SECRET']);
    const look = async () => (await observe({ ...context }, everything, emptySnapshot)).snapshot;
    do seen = await look();
    while (seen.container.process?.comm !== 'sleep');
    // Once more: what was read first may be older than the program that was read last.
    seen = await look();
  });
  afterAll(() => void child?.process.kill());

  test('is shown with its namespaces, those of the host marked', () => {
    const namespaces = seen.container.namespaces;
    for (const own of ['uts', 'net', 'mnt']) expect(namespaces?.[own]).toMatch(/^\d+$/);
    for (const shared of ['user', 'pid', 'ipc']) expect(namespaces?.[shared]).toMatch(/^\d+ \(host\)$/);
  });

  test('has a hostname of its own, which the host has not', () => {
    expect(seen.container.hostname).toEqual({ name: 'probed', of: 'container' });
    expect(hostname()).not.toBe('probed');
  });

  test('has links of its own, other than the host’s', () => {
    expect(seen.container.links).toEqual({
      lo: {
        index: 1,
        kind: 'loopback',
        state: 'up',
        mtu: 65536,
        inet: { '127.0.0.1/8': 'host' },
        inet6: { '::1/128': 'host' },
      },
    });
    expect(seen.container.routes).toEqual({});
    expect(seen.host.links?.lo).toBeDefined();
  });

  test('has its mounts by mount point, with spaces and options', () => {
    expect(seen.container.mounts?.['/mnt']).toEqual({
      fstype: 'tmpfs',
      source: 'my data',
      options: 'rw,nosuid,relatime',
      propagation: 'private',
      data: expect.stringContaining('size=4k'),
    });
  });

  test('is shown with program, numbers, mask and limits', () => {
    expect(seen.container.process).toMatchObject({
      cmdline: 'sleep 1000',
      state: 'running',
      root: '/',
      tty: 'none',
    });
    expect(seen.container.identity).toMatchObject({
      Uid: '0',
      Umask: '0077',
      NoNewPrivs: false,
      uid_map: '0 0 4294967295',
    });
    expect(seen.container.identity?.CapBnd).toMatchObject({
      names: expect.stringContaining('NET_BIND_SERVICE'),
    });
    expect(seen.container.limits?.nofile).toMatch(/^\d+:\d+$/);
    expect(seen.container.fds?.['0']).toBe('/dev/null (r)');
    expect(seen.host.init).toMatchObject({
      pid: child?.process.pid,
      cmdline: 'sleep 1000',
      ppid: process.pid,
    });
  });

  test('has an environment without the values that are secret', () => {
    expect(seen.container.environ).toMatchObject({ SECRET: '(redacted)', PLAIN: 'a=b' });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  test('does not change between two looks while it sleeps', async () => {
    const { snapshot } = await observe(context, everything, seen);
    expect(diff({ ...seen, host: {} }, { ...snapshot, host: {} })).toEqual([]);
  });

  test('keeps the sections that were not asked for, by reference', async () => {
    const { snapshot } = await observe(context, ['container.process'], seen);
    expect(snapshot.container.mounts).toBe(seen.container.mounts);
    expect(snapshot.container.process).not.toBe(seen.container.process);
  });

  test('that is another one with the same pid is not looked at', async () => {
    const known = { ...context.known, init: { pid: child?.process.pid ?? 0, startTime: '1' } };
    const { snapshot } = await observe({ ...context, known }, everything, seen);
    expect(snapshot.container).toEqual({});
    expect(snapshot.host.init).toBeUndefined();
  });

  test('that has ended, reaped or not, has no sections and causes no error', async () => {
    const victim = await childIn(['-u', '-n'], ['sleep', '1000']);
    onTestFinished(() => void victim.process.kill('SIGKILL'));
    const looks = contextOf(victim.known);
    const alive = await observe(looks, ['container.links'], emptySnapshot);
    expect(alive.snapshot.container.links?.lo).toMatchObject({ state: 'down' });
    victim.process.kill('SIGKILL');
    // Looked at while it dies: each look may find it alive, a zombie or gone.
    for (let look = 0; look < 5; look++) await observe(looks, everything, emptySnapshot);
    if (victim.process.exitCode === null && victim.process.signalCode === null)
      await once(victim.process, 'exit');
    expect((await observe(looks, everything, seen)).snapshot.container).toEqual({});
  });
});
