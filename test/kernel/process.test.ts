/** The process that the container is: what it inherits, what it does not, and how it ends. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Container, sleeper, useContainers } from '../support/containers.ts';
import { importRootfs } from '../support/layout.ts';

const { sandbox, start, adopt, run } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

/** No shell comes first: this is the process, untouched, that tsstep has made. */
async function startCat(flags = '', env: Record<string, string> = {}): Promise<Container> {
  const file = join(sandbox.directory, 'up');
  writeFileSync(file, 'up\n');
  return await start(`-i -v ${file}:/up:ro ${flags}`, ['cat', '/up', '-'], { env, stdin: 'pipe' });
}

describe('the process', () => {
  it('is PID 1, and the command itself: nothing of tsstep is left in it', async () => {
    const container = await startCat();
    const { pid } = container;
    expect(container.status('NSpid')).toEqual([String(pid), '1']);
    expect(container.proc('cmdline')).toBe('cat\0/up\0-\0');
    expect(readlinkSync(`/proc/${pid}/exe`)).toBe('/bin/busybox');
    expect(readlinkSync(`/proc/${pid}/root`)).toBe('/');
    expect(readdirSync(`/proc/${pid}/task`)).toHaveLength(1);
    expect(container.proc('maps')).not.toContain('node');
  });

  it('has descriptors 0 to 2 only, and no signal blocked, ignored or handled', async () => {
    const container = await startCat();
    expect(readdirSync(`/proc/${container.pid}/fd`).sort()).toEqual(['0', '1', '2']);
    for (const fd of [0, 1, 2]) expect(readlinkSync(`/proc/${container.pid}/fd/${fd}`)).toMatch(/^pipe:/);
    for (const key of ['SigBlk', 'SigIgn', 'SigCgt'])
      expect(container.status(key), key).toEqual(['0'.repeat(16)]);
    expect(readlinkSync(`/proc/${(await start()).pid}/fd/0`)).toBe('/dev/null');
  });

  it('is a session of its own without a terminal, with umask 022, in the image’s directory', async () => {
    const container = await startCat();
    expect(container.status('Umask')).toEqual(['0022']);
    expect(readlinkSync(`/proc/${container.pid}/cwd`)).toBe('/lab');
    const { group, session, terminal } = container.stat();
    expect({ group, session, terminal }).toEqual({
      group: container.pid,
      session: container.pid,
      terminal: 0,
    });
  });

  it('may open as many files as its user could, although Node raised its own limit', async () => {
    const limit = async (soft: number) => {
      const words = [bin, 'run', '--rm', 'lab', ...sleeper];
      const container = await adopt(
        sandbox.start(['sh', '-c', `ulimit -Sn ${soft}; exec "$@"`, 'sh', ...words]),
      );
      return container
        .proc('limits')
        .match(/Max open files +(\d+) +(\d+)/)
        ?.slice(1);
    };
    const hard = readFileSync('/proc/self/limits', 'utf8').match(/Max open files +\d+ +(\d+)/)?.[1];
    expect(await limit(512)).toEqual(['512', hard]);
    expect(await limit(300)).toEqual(['300', hard]);
    const container = await start('--ulimit nofile=256:400');
    expect(container.proc('limits')).toMatch(/Max open files +256 +400/);
  });

  it('gets no signal when its parent dies', async () => {
    // The only one who may ask is the process itself: util-linux's setpriv, with its libraries, instead of the image's.
    const libraries = ['/usr', '/lib', '/lib64'].flatMap((path) => ['-v', `${path}:${path}:ro`]);
    const { stdout } = await run([...libraries, 'lab', '/usr/bin/setpriv', '--dump']);
    expect(stdout).toMatch(/^Parent death signal: \[none\]$/m);
  });

  it('that writes to a pipe nobody reads ends by SIGPIPE', async () => {
    expect((await run(['lab', 'sh', '-c', 'yes | head -1'])).stdout).toBe('y\n');
    const codes = await run(['lab', 'sh', '-c', 'set -o pipefail; yes | true; echo $?']);
    expect(codes.stdout).toBe('141\n');
  });
});

describe('the environment', () => {
  it('is docker’s own variables, the image’s, the file’s and the flags’, later ones first', async () => {
    const file = join(sandbox.directory, 'variables');
    writeFileSync(file, '# comment\nFROM_FILE=1\nBOTH=file\nPASSED\nUNSET_HERE\n');
    const flags = `--hostname box --env-file ${file} -e BOTH=flag -e GREETING=mine -e EMPTY= -e PASSED_TOO -e NOT_THERE`;
    const env = { PASSED: 'on', PASSED_TOO: 'as well', SECRET: 'host only' };
    const container = await startCat(flags, env);
    expect(container.proc('environ').split('\0').filter(Boolean).sort()).toEqual([
      'BOTH=flag',
      'EMPTY=',
      'FROM_FILE=1',
      'GREETING=mine',
      'HOME=/root',
      'HOSTNAME=box',
      'PASSED=on',
      'PASSED_TOO=as well',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
  });

  it('names the user’s home, unless it is given, and the container’s ID as host name', async () => {
    const container = await start('-u student');
    const environment = container.proc('environ').split('\0');
    expect(environment).toContain('HOME=/home/student');
    expect(environment).toContain('GREETING=hello from the image');
    const id = container.proc('cgroup').match(/[0-9a-f]{64}/)?.[0];
    expect(environment).toContain(`HOSTNAME=${id?.slice(0, 12)}`);
    const other = await start('-u student -e HOME=/elsewhere -w /new/place');
    expect(other.proc('environ').split('\0')).toContain('HOME=/elsewhere');
    expect(readlinkSync(`/proc/${other.pid}/cwd`)).toBe('/new/place');
  });

  it('makes its working directory where a symlink of the image leads, inside the container', async () => {
    await importRootfs(sandbox, 'dangling', [
      { name: 'data', type: 'symlink', linkname: '../../made/for/data' },
    ]);
    const { stdout, stderr } = await run('-w /data/deep dangling sh -c pwd');
    expect({ stdout, stderr }).toEqual({ stdout: '/made/for/data/deep\n', stderr: '' });
  });
});

describe('entrypoint and command', () => {
  const line = async (...words: readonly string[]) => (await run(words)).stdout;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    const changes = ['ENTRYPOINT ["/bin/echo", "entry"]', 'CMD ["cmd"]', 'ENV A=image', 'WORKDIR /made/here'];
    await importRootfs(sandbox, 'app', [], changes);
    await importRootfs(sandbox, 'shell', [], ['CMD echo "$A" $0', 'ENV A=two\\ words']);
    await importRootfs(sandbox, 'bare');
  });

  it('of the image are joined, words behind the image replace the command', async () => {
    expect(await line('app')).toBe('entry cmd\n');
    expect(await line('app', 'mine', '--rm')).toBe('entry mine --rm\n');
  });

  it('of the flag replaces both; an empty one leaves the words alone', async () => {
    expect(await line('--entrypoint', '/bin/echo', 'app')).toBe('\n');
    expect(await line('--entrypoint', 'echo', 'app', 'mine')).toBe('mine\n');
    expect(await line('--entrypoint', '', 'app', 'sh', '-c', 'echo $A; cat /proc/1/cmdline; pwd')).toMatch(
      /^image\nsh\0-c\0.*\n?.*\/made\/here\n$/,
    );
  });

  it('in shell form are given to a shell', async () => {
    expect(await line('shell')).toBe('two words /bin/sh\n');
  });

  it('that are nowhere are asked for, with 125', async () => {
    const { code, stderr } = await run('bare');
    expect({ code, stderr }).toEqual({
      code: 125,
      stderr: expect.stringMatching(/no command.*\n(.*\n)?.*why: .*\n.*remedy: /),
    });
  });
});

describe('the exit code', () => {
  it.for([
    [0, ['true']],
    [42, ['sh', '-c', 'exit 42']],
    [255, ['sh', '-c', 'exit 255']],
    [126, ['/etc']],
    [126, ['/etc/passwd']],
    [126, ['./README']],
    [127, ['nothing-like-this']],
    [127, ['/nowhere/at/all']],
  ] as const)('is %i for %j', async ([code, command]) => {
    const result = await run(['lab', ...command]);
    expect(result).toMatchObject({ code, stdout: '' });
    const ours = code === 126 || code === 127;
    expect(result.stderr).toMatch(ours ? /^tsstep: .*\n {2}at: .*\n {2}why: .*\n {2}remedy: / : /^$/);
  });

  it('is 126 for a script without a first line, 127 for one whose interpreter is missing', async () => {
    await importRootfs(sandbox, 'scripts', [
      { name: 'plain', content: 'echo hello\n', mode: 0o755 },
      { name: 'lost', content: '#!/bin/nowhere\n', mode: 0o755 },
    ]);
    expect(await run('scripts /plain')).toMatchObject({
      code: 126,
      stderr: expect.stringContaining('remedy: '),
    });
    expect(await run('scripts /lost')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('remedy: '),
    });
  });

  it('is 128 and the signal’s number for a command that was killed', async () => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGABRT', 134],
      ['SIGKILL', 137],
    ] as const) {
      // PID 1 would be spared: the kernel lets only SIGKILL through to one without a handler (pid_namespaces(7)).
      const container = await start('--pid host');
      process.kill(container.pid, signal);
      expect((await container.run.ended).code, signal).toBe(code);
    }
  });
});
