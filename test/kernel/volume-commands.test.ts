/** The life of volumes: who may remove one, who takes one over, and what goes with a container. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';

const { sandbox, adopt } = useContainers();
const volumes = async () => (await sandbox.tsstep(['volume', 'ls', '-q'])).stdout.split('\n').filter(Boolean);
const ok = { code: 0, stderr: '' };

it('a volume is not removed while a container has it, running or ended, and the error names the containers', async () => {
  expect(await sandbox.tsstep(['volume', 'create', '--label', 'team=a', 'data'])).toMatchObject({
    ...ok,
    stdout: 'data\n',
  });
  const run = ['run', '--name', 'one', '-v', 'data:/data', '-v', '/anon', 'lab', 'sh', '-c'];
  const container = await adopt(
    sandbox.startTsstep([...run, 'echo up; touch /anon/file; exec sleep infinity']),
  );
  const [id = ''] = (await sandbox.tsstep(['ps', '-q', '--no-trunc'])).stdout.split('\n');
  const inUse = {
    code: 1,
    stderr: expect.stringContaining(`remove data: volume is in use - [${id}]`) as unknown,
  };
  expect(await sandbox.tsstep(['volume', 'rm', 'data'])).toMatchObject(inUse);
  const anonymous = (await volumes()).find((name) => /^[0-9a-f]{64}$/.test(name)) ?? '';
  const from = ['run', '--name', 'two', '--volumes-from', 'one:ro', 'lab', 'sh', '-c'];
  const other = await sandbox.tsstep([...from, 'ls /anon; touch /anon/x; touch /data/x']);
  expect(other.stdout).toBe('file\n');
  expect(other.stderr.match(/Read-only file system/g)).toHaveLength(2);
  await container.kill();
  expect(await sandbox.tsstep(['volume', 'rm', 'data'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(id) as unknown,
  });
  expect((await sandbox.tsstep(['volume', 'ls', '-qf', 'dangling=true'])).stdout).toBe('');
  // The anonymous one stays with its second container, and without -v with nobody.
  expect(await sandbox.tsstep(['rm', '-v', 'one'])).toMatchObject(ok);
  expect(await volumes()).toEqual([anonymous, 'data']);
  expect(await sandbox.tsstep(['rm', '-v', 'two'])).toMatchObject(ok);
  expect(await volumes()).toEqual(['data']);
  expect((await sandbox.tsstep(['volume', 'inspect', '-f', '{{json .Labels}}', 'data'])).stdout).toBe(
    '{"team":"a"}\n',
  );
  const { stdout } = await sandbox.tsstep([
    'events',
    '--since',
    '1h',
    '--until',
    '0s',
    '-f',
    'volume=data',
    '--format',
    '{{.Action}}',
  ]);
  expect(stdout.split('\n').filter(Boolean)).toEqual(['create', 'mount', 'mount', 'unmount', 'unmount']);
  expect(await sandbox.tsstep(['volume', 'rm', 'data'])).toMatchObject({ ...ok, stdout: 'data\n' });
});

it('rm keeps an anonymous volume, run --rm removes it, and volume prune what nobody has', async () => {
  await sandbox.tsstep(['run', '--rm', '-v', '/anon', 'lab', 'true']);
  expect(await volumes()).toEqual([]);
  await sandbox.tsstep([
    'run',
    '--name',
    'three',
    '-v',
    '/anon',
    'lab',
    'sh',
    '-c',
    'echo 12345 > /anon/file',
  ]);
  await sandbox.tsstep(['rm', 'three']);
  const [left = ''] = await volumes();
  expect(left).toMatch(/^[0-9a-f]{64}$/);
  expect((await sandbox.tsstep(['doctor', '--leaks'])).code).toBe(0);
  const { stdout } = await sandbox.tsstep(['volume', 'prune'], { stdin: 'y\n' });
  expect(stdout).toBe(
    `WARNING! This will remove all local volumes not used by at least one container.\nAre you sure you want to continue? [y/N] Deleted Volumes:\n${left}\n\nTotal reclaimed space: 6B\n`,
  );
  expect(readdirSync(join(sandbox.root, 'volumes'))).toEqual([]);
});

it('a volume that is not there is no such volume, and none of --volumes-from is made', async () => {
  for (const words of [
    ['rm', 'none'],
    ['inspect', 'none'],
  ])
    expect(await sandbox.tsstep(['volume', ...words])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('get none: no such volume') as unknown,
    });
  expect(await sandbox.tsstep(['volume', 'rm', '-f', 'none'])).toMatchObject({ ...ok, stdout: 'none\n' });
  const { code, stderr } = await sandbox.tsstep(['run', '--rm', '--volumes-from', 'none', 'lab', 'true']);
  expect({ code, stderr }).toEqual({
    code: 125,
    stderr: expect.stringContaining('no container "none"') as unknown,
  });
});
