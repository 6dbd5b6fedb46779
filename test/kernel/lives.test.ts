/** Commands on a container that runs: pause, update, rename, port, stats, prune; and the events that they leave. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { groupPath } from '../../core/cgroup/group.ts';
import { readLayout } from '../../core/cgroup/layout.ts';
import { sleeper, useContainers } from '../support/containers.ts';

const { sandbox, adopt } = useContainers();
const tsstep = (...words: string[]) => sandbox.tsstep(words);
const output = async (...words: string[]) => (await tsstep(...words)).stdout;

/** A file of the container's cgroup, as the sandbox sees it. */
async function cgroup(id: string, v1: string, v2: string): Promise<string> {
  const layout = readLayout();
  const [controller = '', file] = layout.version === 2 ? ['', v2] : [v1.split('.')[0], v1];
  const mount = layout.version === 2 ? layout.mount : layout.hierarchies[controller];
  return (await sandbox.sh(`cat ${join(groupPath(mount ?? '', id), file ?? '')}`)).trim();
}

it('a running container is paused, watched, changed and renamed, and each of it is an event', async () => {
  const flags = ['--name', 'box', '-m', '64m', '--pids-limit', '99', '-p', '127.0.0.1:18080:80'];
  const command = ['sh', '-c', 'echo up; exec sleep infinity'];
  const follower = sandbox.startTsstep([
    'events',
    '-f',
    'container=box',
    '--format',
    '{{.Action}} {{.Actor.Attributes.name}}',
  ]);
  const container = await adopt(sandbox.startTsstep(['run', ...flags, 'lab', ...command]));
  const id = (await output('ps', '-q', '--no-trunc')).trim();

  // pause: the kernel stops it, a commit leaves it so, and only unpause lets it go on
  expect(await tsstep('pause', 'box')).toMatchObject({ code: 0, stdout: 'box\n', stderr: '' });
  const frozen = () => cgroup(id, 'freezer.state', 'cgroup.freeze');
  expect(['FROZEN', '1']).toContain(await frozen());
  expect(await tsstep('pause', 'box')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot pause container "box": it is paused') as unknown,
  });
  await tsstep('commit', 'box');
  await tsstep('clean');
  expect(['FROZEN', '1']).toContain(await frozen());
  expect(await output('container', 'inspect', '-f', '{{.State.Status}}', 'box')).toBe('paused\n');
  expect(await tsstep('unpause', 'box')).toMatchObject({ code: 0, stdout: 'box\n', stderr: '' });
  expect(['THAWED', '0']).toContain(await frozen());
  expect((await tsstep('unpause', 'box')).stderr).toContain('it is running');

  // update: written to the kernel, and kept
  expect(await tsstep('update', '-m', '200m', 'box')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('update the memoryswap at the same time') as unknown,
  });
  const recording = join(sandbox.directory, 'update.jsonl');
  const wanted = ['-m', '200m', '--memory-swap', '300m', '--pids-limit', '-1', '--cpus', '0.5'];
  expect(await tsstep('update', '--events', recording, ...wanted, 'box')).toMatchObject({
    code: 0,
    stdout: 'box\n',
    stderr: '',
  });
  expect(await cgroup(id, 'memory.limit_in_bytes', 'memory.max')).toBe(String(200 << 20));
  expect(await cgroup(id, 'pids.max', 'pids.max')).toBe('max');
  expect(await cgroup(id, 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^50000( 100000)?$/);
  expect(readFileSync(recording, 'utf8')).toContain('"result":"updated"');
  // What the kernel refuses, half way, is taken back.
  const refused = await tsstep(
    'update',
    '--pids-limit',
    '7',
    '--inject',
    'cgroups:pids.max=EINVAL',
    '-m',
    '100m',
    'box',
  );
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(await cgroup(id, 'memory.limit_in_bytes', 'memory.max')).toBe(String(200 << 20));
  expect(await output('inspect', '-f', '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}', 'box')).toBe(
    `${200 << 20} ${300 << 20}\n`,
  );

  // stats: what the cgroup's files say
  const [{ PIDs = '', MemUsage = '', ID = '', Name = '' } = {}] = (
    await output('stats', '--no-stream', '--format', 'json', 'box')
  )
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>);
  expect([ID, Name, PIDs]).toEqual([id.slice(0, 12), 'box', '1']);
  expect(MemUsage).toMatch(/^\d[\d.]*[KM]iB \/ 200MiB$/);

  expect(await output('port', 'box')).toBe('80/tcp -> 127.0.0.1:18080\n');
  expect(await output('port', 'box', '80')).toBe('127.0.0.1:18080\n');
  expect(await tsstep('port', 'box', '81')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("No public port '81' published for box") as unknown,
  });

  expect(await tsstep('rename', 'box', 'box2')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await output('container', 'ls', '--format', '{{.Names}}')).toBe('box2\n');
  expect((await tsstep('rename', 'box2', 'box2')).stderr).toContain('same name');
  await follower.says('rename box2');
  // It may have begun to follow before the container was there.
  expect(follower.stdout).toMatch(
    /^(create box\n)?(attach box\n)?(start box\n)?pause box\nunpause box\nupdate box\nrename box2\n$/,
  );
  follower.kill('SIGINT');
  expect((await follower.ended).signal).toBe('SIGINT');

  await container.kill();
  expect(await tsstep('pause', 'box2')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('it is exited') as unknown,
  });
  expect(await output('container', 'prune', '-f')).toBe(
    `Deleted Containers:\n${id}\n\nTotal reclaimed space: 0B\n`,
  );
  expect(existsSync(join(sandbox.root, 'names/box2'))).toBe(false);
});

it('an update that is stepped, killed or kept half-done is in nobody’s way, and the next one takes it back', async () => {
  const container = await adopt(
    sandbox.startTsstep(['run', '--name', 'box', '-m', '64m', '--pids-limit', '99', 'lab', ...sleeper]),
  );
  const id = (await output('ps', '-q', '--no-trunc')).trim();
  const limits = async () => [
    await cgroup(id, 'memory.limit_in_bytes', 'memory.max'),
    await cgroup(id, 'pids.max', 'pids.max'),
  ];
  const stepped = async (...words: string[]) => {
    const wanted = ['-m', '32m', '--pids-limit', '7', '--break', 'cgroups:pids.max'];
    const update = sandbox.startTsstep(['update', ...wanted, ...words, 'box'], { stdin: 'pipe' });
    await update.says('[n]ext');
    return update;
  };
  const old = [String(64 << 20), '99'];

  const killed = await stepped();
  expect(await limits()).toEqual([String(32 << 20), '99']);
  killed.kill('SIGKILL');
  await killed.ended;
  expect(await output('clean')).toContain('cgroups:memory');
  expect(await limits()).toEqual(old);

  const kept = await stepped();
  kept.stdin.end('quit keep\n');
  expect((await kept.ended).code).toBe(1);
  expect(await limits()).toEqual([String(32 << 20), '99']);
  await tsstep('update', '--pids-limit', '50', 'box');
  expect(await limits()).toEqual([String(64 << 20), '50']);

  // Renamed and stopped meanwhile: it is not waited for, and writes nothing over that.
  const slow = await stepped();
  await tsstep('rename', 'box', 'box2');
  expect((await tsstep('stop', '-t', '0', 'box2')).stdout).toBe('box2\n');
  await container.run.ended;
  expect(await output('ps', '-a', '--format', '{{.Names}} {{.State}}')).toBe('box2 exited\n');
  slow.stdin.end('c\n');
  expect((await slow.ended).code).toBe(1);
  expect(await output('inspect', '-f', '{{.Name}} {{.HostConfig.Memory}}', 'box2')).toBe(
    `/box2 ${64 << 20}\n`,
  );
  expect(await output('update', '-m', '32m', 'box2')).toBe('box2\n');
  expect(await output('inspect', '-f', '{{.HostConfig.Memory}}', 'box2')).toBe(`${32 << 20}\n`);
  await tsstep('rm', 'box2');
});

it('a container with --rm that was renamed leaves no name behind', async () => {
  const run = ['run', '--rm', '--name', 'old', 'lab', 'sh', '-c', 'echo up; exec sleep infinity'];
  const container = await adopt(sandbox.startTsstep(run));
  await tsstep('rename', 'old', 'new');
  await container.kill();
  expect(await output('doctor', '--leaks')).not.toContain('name');
  expect(existsSync(join(sandbox.root, 'names/new'))).toBe(false);
});

it('the life of a container is told in docker’s words and order, with its networks, volumes and signals', async () => {
  const { stdout: own } = await tsstep('network', 'create', 'own');
  const id = (
    await output('run', '-d', '--name', 'told', '--network', 'own', '-v', 'kept:/k', 'lab', 'sleep', '99')
  ).trim();
  await tsstep('stop', '-t', '0', 'told');
  await tsstep('rm', 'told');
  await tsstep('run', '--name', 'alone', '--rm', '--network', 'none', 'lab', 'true');
  const at = '{{.Type}} {{.Action}} {{.ID}} {{with .Actor.Attributes}}';
  const format = `${at}{{index . "name"}} {{index . "container"}} {{index . "type"}} {{index . "signal"}}{{end}}`;
  const all = await output('events', '--since', '1h', '--until', '0s', '--format', format);
  const lines = all.split('\n').map((line) => line.replaceAll(id, 'C').replaceAll(own.trim(), 'N').trim());
  const begin = lines.indexOf('container create C told');
  // What docker 20.10 says of the same.
  expect(lines.slice(begin, begin + 12)).toEqual([
    'container create C told',
    'network connect N own C bridge',
    'volume mount kept  C',
    'container start C told',
    'container kill C told   15',
    'container kill C told   9',
    'container die C told',
    'network disconnect N own C bridge',
    'volume unmount kept  C',
    'container stop C told',
    'container destroy C told',
    expect.stringMatching(/^container create \w+ alone$/),
  ]);
  expect(lines.slice(begin + 12).map((line) => line.replace(/[0-9a-f]{64}/g, 'X'))).toEqual([
    'container attach X alone',
    'network connect X none X null',
    'container start X alone',
    'container die X alone',
    'network disconnect X none X null',
    'container destroy X alone',
    '',
  ]);
  await tsstep('network', 'rm', 'own');
  expect(await tsstep('volume', 'rm', 'kept')).toMatchObject({ code: 0 });
});
