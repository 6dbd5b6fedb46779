/** What `tsstep exec` starts, seen from outside, beside the container's own process. */
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event, EventOf } from '../../tracer/events.ts';
import type { Started } from '../support/commands.ts';
import { type Container, sleeper, useContainers } from '../support/containers.ts';
import { nameOf, ofType } from '../support/recording.ts';

const { sandbox, start, background } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

const exec = async (...words: string[]) => await sandbox.tsstep(['exec', ...words]);

const is =
  <T extends Event['type']>(type: T) =>
  (event: Event): event is EventOf<T> =>
    event.type === type;

/** Stays until the test's end. @returns the pid of its command */
async function staying(...words: string[]): Promise<{ run: Started<Event>; pid: number }> {
  const run = sandbox.startTsstep(['exec', ...words], { events: true });
  background(run);
  return { run, pid: (await run.event('its start', is('started'))).pid };
}

const status = (pid: number, ...keys: string[]): string[] =>
  readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .filter((line) => keys.includes(line.split(':')[0] ?? ''));

const environ = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean).sort();

/** Freezes or thaws a container behind tsstep's back. */
const freeze = async ({ pid }: Container, on: boolean): Promise<void> => {
  const id = /tsstep\/([0-9a-f]{64})/.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  await sandbox.sh(`cd /sys/fs/cgroup
    if [ -d freezer ]; then echo ${on ? 'FROZEN' : 'THAWED'} > freezer/tsstep/${id}/freezer.state
    else echo ${on ? 1 : 0} > tsstep/${id}/cgroup.freeze; fi`);
};

describe('exec', () => {
  it('puts the command into every namespace and cgroup of the container, with its rights, user, directory and environment', async () => {
    const container = await start(
      '--name box -h hosty -w /tmp -u student -e A=1 -e GREETING=hi --cap-drop CHOWN --ulimit nproc=77:99 --security-opt no-new-privileges',
    );
    const { run, pid } = await staying('box', ...sleeper);
    await run.says('up');
    for (const kind of ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'])
      expect(readlinkSync(`/proc/${pid}/ns/${kind}`), kind).toBe(container.namespace(kind));
    for (const file of ['cgroup', 'limits', 'oom_score_adj'])
      expect(readFileSync(`/proc/${pid}/${file}`, 'utf8'), file).toBe(container.proc(file));
    const rights = 'Uid Gid Groups CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs SigIgn SigBlk Umask'.split(
      ' ',
    );
    expect(status(pid, ...rights)).toEqual(status(container.pid, ...rights));
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/tmp');
    expect(environ(pid)).toEqual(environ(container.pid));
    const limited = `ulimit -Sn 500; exec ${bin} exec box sh -c 'ulimit -n'`;
    expect((await sandbox.run(['sh', '-c', limited])).stdout).toBe('1024\n');
    // What /proc/1 is, a process that joined sees as everybody there does.
    expect((await exec('box', 'cat', '/proc/1/cmdline')).stdout).toBe('sleep\0infinity\0');
  });

  it('changes of that what flags say, for the command alone', async () => {
    await start('--name box -u student -e A=1');
    const script = 'id -u; pwd; echo $A $B $TERM; grep CapEff /proc/self/status';
    const words = ['-u', '0:2000', '-w', '/etc', '-e', 'A=2', '-e', 'B=3', 'box', 'sh', '-c', script];
    expect((await exec(...words)).stdout).toBe('0\n/etc\n2 3\nCapEff:\t00000000a80425fb\n');
    expect((await exec('-t', 'box', 'sh', '-c', 'tty; echo $TERM $A')).stdout).toBe(
      '/dev/pts/0\r\nxterm 1\r\n',
    );
    expect(await sandbox.tsstep(['exec', '-i', 'box', 'cat'], { stdin: 'in\n' })).toMatchObject({
      stdout: 'in\n',
    });
  });

  it('ends as docker’s does', async () => {
    await start('--name box');
    const cases: [code: number, said: RegExp, ...words: string[]][] = [
      [7, /^$/, 'box', 'sh', '-c', 'exit 7'],
      [137, /^$/, 'box', 'sh', '-c', 'kill -9 $$'],
      [126, /"nope" is not in the container/, 'box', 'nope'],
      [126, /cannot execute "\/etc\/passwd"/, 'box', '/etc/passwd'],
      [126, /chdir: ENOENT/, '-w', '/nodir', 'box', 'true'],
      [126, /unable to find user "who"/, '-u', 'who', 'box', 'true'],
      [1, /"nope" is not in the container/, '-d', 'box', 'nope'],
      [1, /no container "nosuch"/, 'nosuch', 'true'],
      [1, /not a terminal/, '-it', 'box', 'true'],
    ];
    for (const [code, said, ...words] of cases)
      expect(await exec(...words), words.join(' ')).toMatchObject({
        code,
        stderr: expect.stringMatching(said),
      });
    const told = readFileSync(join(sandbox.root, 'lifecycle.jsonl'), 'utf8').trim().split('\n');
    const dead = told.filter((line) => line.includes('"exec_die"')).slice(-2);
    expect(dead.map((line) => /"exitCode":"(\d+)"/.exec(line)?.[1])).toEqual(['7', '137']);
  });

  it('-d returns while the command goes on, also one that has a terminal', async () => {
    const container = await start('--name box');
    const script = 'exec > /tmp/said; tty; readlink /proc/$$/fd/2; read x < /tmp/go; echo end';
    await exec('box', 'mkfifo', '/tmp/go');
    for (const [flags, said] of [
      [['-d'], 'not a tty\n/dev/null\nend\n'],
      [['-d', '-t'], '/dev/pts/0\n/dev/pts/0\nend\n'],
    ] as const) {
      expect(await exec(...flags, 'box', 'sh', '-c', script)).toEqual({ code: 0, stdout: '', stderr: '' });
      // Opening the FIFO waits for the command, and its end for what it writes last.
      await exec('box', 'sh', '-c', 'echo > /tmp/go; until grep -q end /tmp/said; do :; done');
      expect(readFileSync(container.file('/tmp/said'), 'utf8')).toBe(said);
    }
  });

  it('has a terminal with the caller’s size, whose keys are the command’s', async () => {
    await start('--name box');
    const script = `stty rows 40 cols 100; exec ${bin} exec -it box sh -c 'trap "stty size" WINCH; echo up; stty size; until read x; do :; done; echo got $x'`;
    const run = sandbox.start(['script', '-qec', script, '/dev/null'], { stdin: 'pipe' });
    background(run);
    await run.says('40 100');
    await sandbox.sh(`stty rows 30 cols 90 < /proc/${run.descendant(1)}/fd/0`);
    await run.says('30 90');
    run.stdin.write('keys\r');
    expect((await run.ended).stdout).toMatch(/got keys\r+\n$/);
  });

  it('leaves the command running when a signal ends it, and ends with the container', async () => {
    const container = await start('--name box');
    const { run, pid } = await staying('box', 'sleep', '1000');
    run.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 143 });
    expect(readlinkSync(`/proc/${pid}/exe`)).not.toBe('');
    const other = await staying('box', 'sleep', '1000');
    await container.kill();
    expect(await other.run.ended).toMatchObject({ code: 137 });
  });
});

describe('step by step, exec', () => {
  it('does not let the container look into what is about to become the command', async () => {
    await start('--name box');
    const run = sandbox.startTsstep(['exec', '--break', 'exec:execve', 'box', 'true'], {
      ...{ stdin: 'pipe', events: true },
    });
    background(run);
    await run.event('a pause', is('paused'));
    // By then it has the same user and capabilities as everybody there (CVE-2016-9962).
    const look =
      'cd /proc; for p in [0-9]*; do grep -q ^tsstep-init $p/cmdline || continue; readlink $p/fd/0 || echo hidden; done';
    expect((await exec('box', 'sh', '-c', look)).stdout).toBe('hidden\n');
    run.stdin.end('continue\n');
    expect(await run.ended).toMatchObject({ code: 0 });
  });

  it('goes through four stages and shows what each operation changed', async () => {
    await start('--name box -e TOKEN=hush');
    const { code, stdout } = await exec('--ui', 'json', '-e', 'KEY=quiet', 'box', 'true');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/hush|quiet/);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    expect(ofType(events, 'stage-entered').map(({ stage }) => stage)).toEqual([
      'namespaces',
      'cgroups',
      'env',
      'exec',
    ]);
    const changes = new Map(
      ofType(events, 'operation-ended').map((event) => [
        nameOf(event),
        event.ok ? event.changes.map(({ path }) => path.join('.')) : [],
      ]),
    );
    for (const kind of ['uts', 'ipc', 'net', 'cgroup', 'mnt'])
      expect(changes.get(`namespaces:${kind}`), kind).toContain(`container.namespaces.${kind}`);
    expect(ofType(events, 'session-ended')).toMatchObject([{ result: 'exited', code: 0 }]);
  });

  it('leaves nothing, whichever operation fails', async () => {
    await start('--name box');
    const words = ['-t', 'box', 'true'];
    const { stdout } = await sandbox.tsstep(['plan', 'exec', '--format', 'json', ...words]);
    const stages = JSON.parse(stdout) as { stage: string; operations: { name: string }[] }[];
    const points = stages.flatMap(({ stage, operations }) =>
      operations.map(({ name }) => `${stage}:${name}`),
    );
    // With cgroup v1 a dozen hierarchies are joined in the same way.
    const tried = points.filter(
      (at, index) => !at.includes(':join-') || !points[index - 1]?.includes(':join-'),
    );
    expect(tried.length).toBeGreaterThan(22);
    const before = sandbox.cgroups.processes();
    const fail = async (at: string): Promise<void> => {
      const { code, stderr } = await exec('--inject', `${at}=EIO`, ...words);
      expect({ code, stderr }, at).toEqual({ code: 126, stderr: expect.stringContaining(at) });
    };
    for (let from = 0; from < tried.length; from += 4) {
      const some = tried.slice(from, from + 4);
      await Promise.all(some.map(fail));
      expect(sandbox.cgroups.processes(), some.join(' ')).toEqual(before);
    }
  });

  it('says that the container was paused meanwhile, and leaves it paused', async () => {
    const container = await start('--name box');
    const before = sandbox.cgroups.processes();
    const run = sandbox.startTsstep(['exec', '--break', 'env', 'box', 'true'], {
      stdin: 'pipe',
      events: true,
    });
    background(run);
    await run.event('a pause', is('paused'));
    await freeze(container, true);
    run.stdin.end('continue\n');
    const paused = { code: 1, stderr: expect.stringMatching(/paused/) };
    expect(await run.ended).toMatchObject(paused);
    expect(await exec('box', 'true')).toMatchObject(paused);
    expect(sandbox.cgroups.processes()).toEqual(before);
    await freeze(container, false);
    expect(await exec('box', 'true')).toMatchObject({ code: 0 });
  });

  it('says that the container has ended meanwhile', async () => {
    const container = await start('--name box');
    const run = sandbox.startTsstep(['exec', '--break', 'env', 'box', 'true'], {
      stdin: 'pipe',
      events: true,
    });
    background(run);
    await run.event('a pause', is('paused'));
    await container.kill();
    run.stdin.end('continue\n');
    expect(await run.ended).toMatchObject({ code: 126, stderr: expect.stringContaining('init is gone') });
  });
});
