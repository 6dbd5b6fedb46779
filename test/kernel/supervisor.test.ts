/** The program that keeps a detached container, and the commands that talk to it, with a shell in the container's place. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../../core/kernel/proc.ts';
import { Started, type StartOptions } from '../support/commands.ts';
import { Client, loggedBytes, type Supervised, supervised } from '../support/supervised.ts';

/** Of the container that `supervised` makes. */
const ID = 'c0c0';
const bin = join(import.meta.dirname, '../../bin/tsstep');
const tsstep = ({ root }: Supervised, words: readonly string[], options: StartOptions = {}) =>
  new Started([bin, ...words], { ...options, env: { TSSTEP_ROOT: root } });

/** A flood of 200 MB that no compression and no repetition hides a mistake in. */
const flood = 'head -c 200000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null';
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a supervisor', () => {
  it('keeps output, tells clients of the end, writes the exit code down, and lets go of its socket', async () => {
    const container = await supervised('read go; echo out; echo err >&2; printf part; exit 7', {
      stdin: true,
    });
    expect(statSync(container.files.socket).mode & 0o777).toBe(0o600);
    const [one, two] = [await container.attach(true), await container.attach()];
    await Promise.all([one, two].map((client) => client.until(() => client.controls.length > 0)));
    expect(one.controls[0]).toEqual({ attached: true, terminal: false });
    one.type('go\n');
    expect(await Promise.all([one.exited, two.exited])).toEqual([{ code: 7 }, { code: 7 }]);
    for (const { output } of [one, two]) expect([...output].sort()).toEqual([...'out\nerr\npart'].sort());
    expect(await container.ended()).toMatchObject({ code: 7 });
    const records = readFileSync(container.files.log, 'latin1')
      .split('\n')
      .map((line) => line.slice(31));
    expect(records.sort()).toEqual(['', 'stderr F err', 'stdout F out', 'stdout P part']);
    expect(existsSync(container.files.socket)).toBe(false);
  });

  it('loses no byte of 200 MB, in the log and at clients that read, and lets a client go that does not', async () => {
    const container = await supervised(`read go; ${flood}`, { stdin: true });
    const [reader, sleeper] = [await container.attach(true), await container.attach()];
    await sleeper.until(() => sleeper.controls.length > 0);
    sleeper.connection.socket.pause();
    reader.type('\n');
    expect(await reader.exited).toEqual({ code: 0 });
    await container.ended();
    const log = loggedBytes(container.files.log);
    expect(log.length).toBe(200_000_000);
    expect(digest(log)).toBe(digest(reader.outputBytes));
    sleeper.connection.socket.resume();
    await sleeper.connection.closed;
    expect(sleeper.outputBytes.length).toBeLessThan(20_000_000);
  });

  it('sets the size of its terminal, and reads the rest of it', async () => {
    const container = await supervised('read x; stty size; exit 3', { terminal: true });
    const client = await container.attach(true);
    client.connection.control({ resize: { rows: 33, columns: 99 } });
    await container.sizeBecomes('33 99');
    client.type('\n');
    expect(await client.exited).toEqual({ code: 3 });
    expect(client.output).toContain('33 99');
    expect(await container.ended()).toMatchObject({ code: 3 });
  });

  it('ends the input with its first client’s, or keeps it open, as it was told', async () => {
    const once = await supervised('cat; echo the end', { stdin: true, stdinOnce: true });
    const first = await once.attach(true);
    first.type('typed\n');
    first.connection.control({ closeStdin: true });
    await first.exited;
    expect(first.output).toBe('typed\nthe end\n');
    const open = await supervised('while read x; do echo "got $x"; [ $x = quit ] && exit 9; done', {
      stdin: true,
    });
    const killed = tsstep(open, ['attach', ID], { stdin: 'pipe' });
    killed.stdin.write('one\n');
    await killed.says('got one');
    killed.kill('SIGKILL');
    await killed.ended;
    const ended = tsstep(open, ['attach', ID], { stdin: 'two\n' });
    await ended.says('got two');
    const last = await open.attach(true);
    last.type('three\n');
    await last.says('got three');
    expect(isAlive(open.supervisor)).toBe(true);
    last.type('quit\n');
    expect((await ended.ended).code).toBe(9);
  });

  it('assumes 137 where the wrapper was killed, and says so; signals to itself do not end it', async () => {
    const container = await supervised('sleep 1000', { alone: false });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const)
      process.kill(container.supervisor.pid, signal);
    const client = await container.attach();
    await client.until(() => client.controls.length > 0);
    container.killWrapper();
    expect(await client.exited).toEqual({ code: 137, signal: 'SIGKILL' });
    expect(await container.ended()).toMatchObject({ code: 137, error: expect.stringContaining('not known') });
  });

  it('is told what to do in more bytes than an argument can have, and then has no input', async () => {
    const test = ['CMD', 'x'.repeat(200_000)];
    const health = { probe: ['true'], startedAt: new Date().toISOString(), healthcheck: { test } };
    const container = await supervised('read go', { stdin: true, health });
    const { pid } = container.supervisor;
    expect([0, 1].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))).toEqual(['/dev/null', '/dev/null']);
    const client = await container.attach(true);
    client.type('\n');
    expect(await client.exited).toEqual({ code: 0 });
    await container.ended();
  });

  it('hands over to who tidies up, and stays until that has begun', async () => {
    const script = 'cp $0/exit.json $0/seen; echo >&3; exec sleep 0.2';
    const container = await supervised('exit 4', {
      finish: (directory) => ['sh', '-c', script, directory],
    });
    await container.ended();
    expect(readFileSync(join(container.files.directory, 'seen'), 'utf8')).toContain('"code":4');
  });

  it('takes a container over that another process has kept, in the middle of its output, and every byte is kept once', async () => {
    const numbers = '$(seq 1 200000)';
    const container = await supervised(`read go; echo "${numbers}"; read go; echo "${numbers}"; exit 2`, {
      stdin: true,
      before: async (keeper, stdout) => {
        keeper.input?.write(Buffer.from('\n\n'));
        // Somebody who does not read on: so there is output that was read and not passed on yet.
        keeper.output.add(() => new Promise(() => undefined));
        keeper.output.start();
        while (stdout.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    expect(await container.ended()).toMatchObject({ code: 2 });
    const once = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join('');
    expect(digest(loggedBytes(container.files.log))).toBe(digest(Buffer.from(once + once)));
  });

  it('refuses what it does not know, and goes on', async () => {
    const container = await supervised('read x', { stdin: true });
    const stranger = await container.attach();
    stranger.connection.socket.write(Buffer.from([9, 9, 9, 9, 9, 9, 9, 9]));
    await stranger.connection.closed;
    expect(stranger.controls.at(-1)).toMatchObject({ error: expect.stringContaining('no frame') });
    const unknown = new Client(await container.connect(), { request: 'nonsense' });
    await unknown.connection.closed;
    expect(unknown.controls).toEqual([{ error: 'no such request: nonsense' }]);
    const client = await container.attach(true);
    client.type('x\n');
    expect(await client.exited).toEqual({ code: 0 });
  });
});

describe('attach', () => {
  it('leaves a container by its keys, and comes back to it; the terminal is as before', async () => {
    const container = await supervised(
      'stty -echo; while read x; do echo "got $x"; [ $x = b ] && exit 5; done',
      { terminal: true },
    );
    const command = `stty -echo rows 30 cols 80; ${bin} attach ${ID}; echo "code $?"; stty -a; ${bin} attach --detach-keys x ${ID}; echo "code $?"`;
    const terminal = new Started(['script', '-qec', command, '/dev/null'], {
      stdin: 'pipe',
      env: { TSSTEP_ROOT: container.root },
    });
    onTestFinished(() => terminal.kill('SIGKILL'));
    await container.sizeBecomes('30 80');
    terminal.stdin.write('a\r');
    await terminal.says('got a');
    terminal.stdin.write('\x10\x11');
    await terminal.says('code 1');
    expect(terminal.stdout).toContain('read escape sequence');
    await terminal.says(' icanon ');
    terminal.stdin.write('b\r');
    expect((await terminal.ended).stdout).toMatch(/got b\s+code 5/);
  });
});

describe('logs', () => {
  it('shows both streams where they belong, and follows to the end', async () => {
    const container = await supervised('echo 1; echo 2; echo 3 >&2; read x; echo 4; printf 5', {
      stdin: true,
    });
    const follower = tsstep(container, ['logs', '-f', ID]);
    await follower.says('3');
    const now = new Date().toISOString();
    const client = await container.attach(true);
    client.type('\n');
    await client.exited;
    await container.ended();
    expect(await follower.ended).toMatchObject({ code: 0, stdout: '1\n2\n4\n5', stderr: '3\n' });
    const shown = async (...flags: string[]) =>
      (await tsstep(container, ['logs', ...flags, ID]).ended).stdout;
    expect(await shown('-n', '2')).toBe('4\n5');
    expect(await shown('--since', now)).toBe('4\n5');
    expect(await shown('--until', now)).toBe('1\n2\n');
    expect(await shown('-t', '--details', '-n1')).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z {2}5$/);
    expect((await tsstep(container, ['attach', ID]).ended).stderr).toContain('it is dead');
  });
});
