/** Containers from one state to another, without anybody who stays with them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { useContainers } from '../support/containers.ts';

const { sandbox } = useContainers();

const tsstep = async (line: string, ...more: string[]) =>
  await sandbox.tsstep([...line.split(' ').filter(Boolean), ...more]);

/** What it printed; it has to succeed. */
async function said(line: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await tsstep(line, ...more);
  expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
  return stdout.trim();
}

interface State {
  Status: string;
  Pid: number;
  ExitCode: number;
  Error: string;
}
const state = async (name: string) => JSON.parse(await said('inspect -f', '{{json .State}}', name)) as State;
const statusOf = async (name: string) => (await state(name)).Status;

const stateFile = (id: string) => join(sandbox.root, 'containers', id, 'state.json');
const supervisorOf = (id: string): number =>
  (JSON.parse(readFileSync(stateFile(id), 'utf8')) as { supervisor: { pid: number } }).supervisor.pid;

/** Between two starts, and not about to begin the next one. */
const waitsLong = (id: string): boolean =>
  ((JSON.parse(readFileSync(stateFile(id), 'utf8')) as { waited?: number }).waited ?? 0) >= 800;

const until = async (condition: () => boolean | Promise<boolean>) =>
  await vi.waitUntil(condition, { timeout: 60_000, interval: 50 });

/** What the kernel does not remember. */
const forgetAtReboot =
  'ip link delete tsstep0; nft flush ruleset; echo 0 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/all/accept_redirects';

const sleeper = ['sh', '-c', 'trap "exit 7" TERM; echo up; while :; do sleep 0.05; done'];

describe('a container', () => {
  it('goes from created to running, exited, and back again, keeping its files and its volumes', async () => {
    const id = await said(
      'create --name kept -v data:/data -v /anonymous lab',
      'sh',
      '-c',
      'cat /data/x /y; echo x > /data/x; echo y > /y',
    );
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(await state('kept')).toMatchObject({ Status: 'created', Pid: 0, ExitCode: 0 });
    expect((await tsstep('start -a kept')).stdout).toBe('');
    expect(await statusOf('kept')).toBe('exited');
    expect((await tsstep('start -a', id.slice(0, 8))).stdout).toBe('x\ny\n');
    expect(readdirSync(join(sandbox.root, 'volumes'))).toHaveLength(2);
    expect(readdirSync(join(sandbox.root, 'runs')), 'one journal, of its creation').toHaveLength(1);
    expect(await said('rm -v kept')).toBe('kept');
    rmSync(join(sandbox.root, 'volumes/data'), { recursive: true });
  });

  it('that is detached lives on without the tsstep that made it, and ends as it is told to', async () => {
    const id = await said('run -d --name alone lab', ...sleeper);
    const { Status, Pid } = await state('alone');
    expect(Status).toBe('running');
    expect(readFileSync(`/proc/${supervisorOf(id)}/cmdline`, 'utf8')).toContain('supervisor');
    expect(await said('start alone'), 'what runs is started').toBe('alone');
    expect((await state('alone')).Pid).toBe(Pid);
    expect(await said('stop alone')).toBe('alone');
    expect(await state('alone')).toMatchObject({ Status: 'exited', ExitCode: 7, Pid: 0 });
    expect(existsSync(`/proc/${Pid}`)).toBe(false);
    expect(await said('wait alone')).toBe('7');
    expect(await said('restart alone')).toBe('alone');
    expect(await statusOf('alone')).toBe('running');
    const waiting = tsstep('wait alone');
    expect(await said('kill alone')).toBe('alone');
    expect((await waiting).stdout).toBe('137\n');
    expect(await said('rm alone')).toBe('alone');
  });

  it('is waited for and forgotten with --rm, and its exit code is told all the same', async () => {
    await said('run -d --rm --name gone lab', ...sleeper);
    const waiting = tsstep('wait gone');
    expect(await said('kill -s TERM gone')).toBe('gone');
    expect((await waiting).stdout).toBe('7\n');
    await until(async () => (await said('ps -aq')) === '');
  });

  it('is refused what its state does not allow, with both states named', async () => {
    await said('create --name idle lab true');
    expect((await tsstep('kill idle')).stderr).toContain('cannot kill container "idle": it is created');
    expect(await said('stop idle'), 'what does not run is stopped already').toBe('idle');
    await said('start idle');
    await said('wait idle');
    expect((await tsstep('kill idle')).stderr).toContain('it would have to be running or paused');
    await said('rm idle');
  });

  it('is as before when its start fails at any stage', async () => {
    await said('create --name faulty -p 8080:80 lab true');
    for (const at of [
      'overlay:mount=EINVAL',
      'namespaces:mnt=EPERM',
      'network:veth=EEXIST',
      'cgroups:namespace=EPERM',
      'exec:execve=ENOENT',
    ]) {
      const { code, stderr } = await tsstep(`start --inject ${at} faulty`);
      expect({ at, code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('you asked for it'),
      });
      expect(await statusOf('faulty')).toBe('created');
      expect((await tsstep('doctor --leaks')).stdout).toBe('no leaks\n');
    }
    const merged = join(sandbox.root, 'containers', await said('inspect -f', '{{.Id}}', 'faulty'), 'merged');
    rmSync(merged, { recursive: true });
    expect(await tsstep('restart faulty'), 'restart says so as well').toMatchObject({ code: 1, stdout: '' });
    mkdirSync(merged);
    expect((await tsstep('start -a faulty')).code).toBe(0);
    await said('rm faulty');
  });

  it('has one winner when two start it at once', async () => {
    await said('create --name two lab', ...sleeper);
    const results = await Promise.all([tsstep('start two'), tsstep('start two')]);
    const failed = results.filter(({ code }) => code !== 0);
    expect(failed.length).toBeLessThan(2);
    for (const { stderr } of failed) expect(stderr).toContain('it is creating');
    expect(await statusOf('two')).toBe('running');
    await said('rm -f two');
  });
});

describe('a restart policy', () => {
  it('on-failure:2 starts it twice more, and no more', async () => {
    await said('run -d --name again --restart on-failure:2 lab', 'sh', '-c', 'echo x >> /count; exit 5');
    await until(async () => (await statusOf('again')) === 'exited');
    expect(await state('again')).toMatchObject({ ExitCode: 5 });
    expect((await tsstep('cp again:/count -')).stdout).toContain('x\nx\nx\n');
    await said('rm again');
  });

  it('always brings it back until a person stops it', async () => {
    await said('run -d --name ever --restart always lab', ...sleeper);
    const { Pid } = await state('ever');
    process.kill(Pid, 'SIGKILL');
    await until(async () => (await statusOf('ever')) === 'running' && (await state('ever')).Pid !== Pid);
    await said('stop ever');
    expect(await statusOf('ever')).toBe('exited');
    await said('rm ever');
  });

  it('that waits for its next turn can be stopped, and not be removed', async () => {
    const id = (await tsstep('run -d --name waits --restart always lab false')).stdout.trim();
    await until(async () => (await statusOf('waits')) === 'restarting' && waitsLong(id));
    expect((await tsstep('rm waits')).stderr).toMatch(/container is restarting|it is being created/);
    await said('stop waits');
    expect(await statusOf('waits')).toBe('exited');
    await said('rm waits');
  });
});

describe('a supervisor that is killed', () => {
  it('leaves a container that ps calls dead, and clean ends and keeps for another start', async () => {
    const id = await said('run -d --name orphan lab', ...sleeper);
    expect((await tsstep(`supervise ${id}`)).code, 'nothing to take over').toBe(0);
    expect(await statusOf('orphan')).toBe('running');
    process.kill(supervisorOf(id), 'SIGKILL');
    await until(async () => (await statusOf('orphan')) === 'dead');
    // What a supervisor had seen before it was killed.
    writeFileSync(
      join(sandbox.root, 'containers', id, 'exit.json'),
      '{"code":3,"at":"2026-01-01T00:00:00.000Z"}',
    );
    expect((await tsstep('stop orphan')).stderr).toContain('it is dead');
    expect((await tsstep('ps')).stderr).toContain('`tsstep clean` takes back what is left');
    expect((await tsstep('start orphan')).stderr).toContain('it is dead');
    expect((await tsstep('clean')).stdout).toContain('container orphan');
    expect(await state('orphan')).toMatchObject({ Status: 'exited', ExitCode: 3 });
    expect(await said('start orphan')).toBe('orphan');
    process.kill(supervisorOf(id), 'SIGKILL');
    await until(async () => (await statusOf('orphan')) === 'dead');
    await said('clean');
    expect(await state('orphan')).toMatchObject({ Status: 'exited', ExitCode: 137 });
    await said('rm -f orphan');
  });
});

describe.each([
  ['paused', 'run -d --name lost lab sleep 1000', 'exited'],
  ['restarting', 'run -d --name lost --restart always lab false', 'exited'],
  ['created', 'run -d --name lost --break network lab true', undefined],
] as const)('whoever brings on a container that is %s, and is killed', (status, command, then) => {
  it('leaves what clean takes back', async () => {
    const id = (await tsstep(command)).stdout.trim();
    if (status === 'paused') await said('pause lost');
    await until(async () => (await statusOf('lost')) === status);
    if (status === 'restarting') await until(() => waitsLong(id));
    process.kill(supervisorOf(id), 'SIGKILL');
    await until(async () => (await statusOf('lost')) === 'dead');
    expect((await tsstep('clean')).code).toBe(0);
    if (then) {
      expect(await statusOf('lost')).toBe(then);
      await said('rm lost');
    }
    expect(await said('ps -aq')).toBe('');
  });
});

describe('after a reboot', () => {
  it('nothing that ran is said to run, and system start brings back what has a policy', async () => {
    const always = await said('run -d --name always --restart always lab', ...sleeper);
    const plain = await said('run -d --name plain lab', ...sleeper);
    for (const id of [always, plain]) {
      process.kill(supervisorOf(id), 'SIGKILL');
      const { Pid } = await state(id);
      process.kill(Pid, 'SIGKILL');
      const text = readFileSync(stateFile(id), 'utf8');
      writeFileSync(stateFile(id), text.replace(/"boot": ".*?"/, '"boot": "another"'));
    }
    await sandbox.sh(forgetAtReboot);
    for (const file of readdirSync(join(sandbox.root, 'run')))
      rmSync(join(sandbox.root, 'run', file), { recursive: true });
    expect((await tsstep('ps -a')).stdout).not.toContain('Up');
    expect((await tsstep('system start')).stdout).toContain('started always');
    expect(await statusOf('always')).toBe('running');
    expect(await state('plain')).toMatchObject({ Status: 'exited', ExitCode: 255 });
    expect(await said('start plain')).toBe('plain');
    expect((await tsstep('system stop')).stdout.split('\n').filter(Boolean)).toHaveLength(2);
    await said('rm always plain');
  });
});

describe('twenty at once', () => {
  it('have names, addresses and ports of their own, and leave nothing', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => said('run -d --rm -p 0:80 lab', ...sleeper)),
    );
    const found = JSON.parse(await said('inspect', ...ids)) as {
      Name: string;
      NetworkSettings: { IPAddress: string; Ports: Record<string, { HostPort: string }[]> };
    }[];
    const different = (values: readonly unknown[]) => expect(new Set(values).size).toBe(20);
    different(found.map(({ Name }) => Name));
    different(found.map(({ NetworkSettings }) => NetworkSettings.IPAddress));
    different(found.map(({ NetworkSettings }) => NetworkSettings.Ports['80/tcp']?.[0]?.HostPort));
    await said('kill', ...ids);
    expect(await said('ps -aq')).toBe('');
  });
});
