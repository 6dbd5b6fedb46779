/** `--init`: a small program of the host as PID 1. */
import { beforeEach, expect, it } from 'vitest';
import { findSmallInit } from '../../core/host/small-init.ts';
import { sleeper, useContainers } from '../support/containers.ts';

const { sandbox, start, run } = useContainers();

beforeEach((test) => test.skip(findSmallInit() === undefined, 'needs tini: apt-get install tini'));

it('is PID 1, read-only at docker’s place, and the command is its child', async () => {
  const container = await start('--init --read-only --name box');
  expect(container.proc('cmdline').split('\0')).toEqual(['/sbin/docker-init', '--', ...sleeper, '']);
  expect(container.mountOptions('/sbin/docker-init')).toContain('ro');
  const { stdout } = await container.shell('cat /proc/[0-9]*/stat; : >> /sbin/docker-init');
  expect(stdout).toMatch(/^\d+ \(sleep\) S 1 /m);
  // Docker's Path and Args are the command's, not the init's.
  const inspected = await sandbox.tsstep(['inspect', '--format', '{{.Path}}', 'box']);
  expect(inspected.stdout).toBe('sh\n');
});

it('passes signals on, and its exit code is the command’s', async () => {
  const script = "trap 'echo got it; exit 3' TERM; echo up; while :; do sleep 1000 & wait $!; done";
  const container = await start('--init', ['sh', '-c', script]);
  container.run.kill('SIGTERM');
  expect(await container.run.ended).toMatchObject({ code: 3, stdout: 'up\ngot it\n' });
  expect(await run('--init lab nope')).toMatchObject({
    code: 127,
    stderr: expect.stringContaining('exec nope failed'),
  });
});

it('reaps an orphan that its parent has left', async () => {
  // A zombie stays in /proc for ever where PID 1 is a program that waits for nobody, like sleep.
  const script =
    'orphan=$(sh -c "sleep 0.05 > /dev/null & echo \\$!"); while [ -d /proc/$orphan ]; do :; done; echo up';
  await start('--init', ['sh', '-c', `(${script}) & exec sleep infinity`]);
});

it('is not there where pids are shared', async () => {
  expect((await run(['--init', '--pid', 'host', 'lab', 'ls', '/sbin/docker-init'])).code).toBe(1);
});
