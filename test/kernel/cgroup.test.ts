/** Limits, read from the files of the control group that the container's process is in, v1 or v2. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Container, useContainers } from '../support/containers.ts';
import { directory, everyLimit, groups, limitsOf, read, v2 } from '../support/limits.ts';

const { sandbox, start, run } = useContainers();

describe('limits', () => {
  it('that are given are in the files of the group, and nothing else is limited', async () => {
    const limited = await start(everyLimit);
    const free = await start();
    expect(limitsOf(limited).length).toBeGreaterThan(4);
    for (const { flags, file, asked, found } of limitsOf(limited))
      expect(found, `${flags}: ${file}`).toBe(asked);
    for (const { file, asked, found } of limitsOf(free)) expect(found, file).not.toBe(asked);
    const affinity = (container: Container) => container.status('Cpus_allowed_list').join();
    expect(affinity(limited)).toBe('0');
    expect(affinity(free)).toBe(
      readFileSync('/proc/self/status', 'utf8').match(/Cpus_allowed_list:\s*(.*)/)?.[1],
    );
  });

  it('of memory and swap together is docker’s sum, -1 none', async () => {
    const file = v2 ? 'memory.swap.max' : 'memory.memsw.limit_in_bytes';
    const container = await start('-m 64m --memory-swap 96m');
    if (existsSync(join(directory(container, 'memory'), file)))
      expect(read(container, 'memory', file)).toBe(String((v2 ? 32 : 96) << 20));
    const unlimited = await start('-m 64m --memory-swap -1');
    if (existsSync(join(directory(unlimited, 'memory'), file)))
      expect(read(unlimited, 'memory', file)).toMatch(v2 ? /^max$/ : /^9223372036854771712$/);
  });
});

describe('the group', () => {
  it('holds the process and what it starts, in every hierarchy', async () => {
    const container = await start('', ['sh', '-c', 'sleep 1000 & echo up; wait']);
    const all = groups(container);
    expect(all.length).toBeGreaterThan(v2 ? 0 : 5);
    for (const { controllers, path } of all)
      expect(path, controllers.join()).toMatch(/\/tsstep\/[0-9a-f]{64}$/);
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    const pids = read(container, 'memory', 'cgroup.procs').split('\n').map(Number);
    expect(pids).toHaveLength(2);
    expect(pids).toContain(container.pid);
  });

  it('is / for the container, and its files are there to read and not to write', async () => {
    const { stdout } = await run('-m 64m lab cat /proc/1/cgroup');
    for (const line of stdout.trim().split('\n')) expect(line).toMatch(/:\/$/);
    const container = await start('-m 64m');
    const file = v2 ? '/sys/fs/cgroup/memory.max' : '/sys/fs/cgroup/memory/memory.limit_in_bytes';
    expect(readFileSync(container.file(file), 'utf8')).toBe('67108864\n');
    expect(() => writeFileSync(container.file(file), '1')).toThrow('EROFS');
    const procs = join(file, '../cgroup.procs');
    expect(readFileSync(container.file(procs), 'utf8').trim()).toBe(String(container.pid));
  });

  it('goes with the container, and the common parent with the last one', async () => {
    const [one, two] = [await start(), await start()];
    const at = directory(one, 'pids');
    await one.kill();
    expect(existsSync(at)).toBe(false);
    expect(readdirSync(join(at, '..')).filter((name) => /^[0-9a-f]{64}$/.test(name))).toHaveLength(1);
    await two.kill();
    expect(existsSync(join(at, '..'))).toBe(false);
  });
});

describe('a container that needs more than it may have', () => {
  it('of memory is killed: exit 137, and OOMKilled for inspect', async () => {
    const eat = 'dd if=/dev/zero of=/dev/null bs=96M count=1'.split(' ');
    const flags = '--name fat -m 32m --memory-swap 32m'.split(' ');
    expect(await sandbox.tsstep(['run', ...flags, 'lab', ...eat])).toMatchObject({ code: 137, stderr: '' });
    const { stdout } = await sandbox.tsstep(['inspect', '--format', '{{json .State}}', 'fat']);
    expect(JSON.parse(stdout)).toMatchObject({ OOMKilled: true, ExitCode: 137, Status: 'exited' });
    await sandbox.tsstep(['rm', 'fat']);
    expect((await run(['lab', ...eat])).code).toBe(0);
  });

  it('of memory loses the process that asked for it, if that is not PID 1, which the kernel counts', async () => {
    const container = await start('-m 32m --memory-swap 32m', [
      'sh',
      '-c',
      'dd if=/dev/zero of=/dev/null bs=96M count=1 || echo "up after $?"; exec sleep infinity',
    ]);
    expect(container.run.stdout).toContain('up after 137');
    const file = v2 ? 'memory.events' : 'memory.oom_control';
    expect(read(container, 'memory', file)).toMatch(/^oom_kill 1$/m);
  });

  it('of processes cannot fork any more, while the host can', async () => {
    const command = [
      'sh',
      '-c',
      'for i in 1 2 3 4; do sleep 1000 & done; echo up; read go; sleep 1; echo never',
    ];
    const container = await start('-i --pids-limit 5', command, { stdin: 'pipe' });
    expect(read(container, 'pids', 'pids.current')).toBe('5');
    expect(await sandbox.sh('echo $(echo forked)')).toBe('forked\n');
    container.run.stdin.end('go\n');
    const { code, stdout, stderr } = await container.run.ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: 'up\n',
      stderr: expect.stringContaining("can't fork"),
    });
  });
});
