/** A container whose creation pauses in the background, and is stepped through from other terminals. */
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';

const { sandbox } = useContainers();
const tsstep = async (line: string) => await sandbox.tsstep(line.split(' '));

const stateOf = async (name: string) => {
  const { stdout } = await sandbox.tsstep(['inspect', '-f', '{{json .State}}', name]);
  return JSON.parse(stdout) as { Status: string; Pid: number };
};

describe('run -d --break network', () => {
  it('leaves a container that any terminal steps on, looks at, and lets go', async () => {
    const left = await tsstep('run -d --name half --break network lab sleep 1000');
    expect(left).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) });
    expect(left.stderr).toContain('paused at network');
    expect(await stateOf('half')).toMatchObject({ Status: 'created', Pid: expect.any(Number) });
    expect((await tsstep('step half')).stdout).toMatch(/✓ lease .*[\s\S]*known\.lease\.address/);
    expect((await tsstep('diff half')).stdout).toContain('← network:lease');
    expect((await tsstep('dump half container.namespaces')).stdout).toContain('net');
    expect((await tsstep('debug half where')).stdout).toContain('▶network');
    // What a command says goes to whoever asked, and so does what it ended with.
    const links = await sandbox.tsstep(['debug', 'half', '! ip link; exit 3']);
    expect(links).toMatchObject({ code: 3, stdout: expect.stringMatching(/\blo: [\s\S]*exit code 3/) });
    const endless = await sandbox.tsstep(['debug', 'half', '! yes']);
    expect(endless).toMatchObject({ code: 1, stdout: expect.stringContaining('it wrote more than') });
    expect(await tsstep('debug half !')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/needs a terminal[\s\S]*nsenter --target \d+ .*--net/),
    });
    const wrong = await tsstep('debug half foo');
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('no command "foo"') });
    expect(wrong.stdout).toContain('tsstep step|next|continue|dump|diff|debug half');
    expect(wrong.stdout).not.toContain('[n]ext');
    const busy = await Promise.all([tsstep('next half'), tsstep('next half')]);
    const refused = busy.filter(({ code }) => code !== 0);
    for (const { stderr } of refused) expect(stderr).toContain('another terminal');
    expect((await tsstep('continue half')).stdout).toContain('The container runs');
    expect(await stateOf('half')).toMatchObject({ Status: 'running' });
    expect(await tsstep('step half')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('it is running'),
    });
    expect((await tsstep('rm -f half')).code).toBe(0);
  });

  it('is taken back by rm -f, wherever it waits', async () => {
    await tsstep('run -d --name half --break exec lab true');
    expect((await tsstep('start half')).stderr).toContain('tsstep continue half');
    expect((await tsstep('rm half')).stderr).toContain('may be waiting for somebody who steps through it');
    expect((await tsstep('rm -f half')).stdout).toBe('half\n');
  });

  it('says what failed, waits for a look, and then takes everything back', async () => {
    await tsstep('run -d --name half --break cgroups --inject cgroups:namespace=EPERM lab true');
    expect((await tsstep('next half')).stdout).toContain('It failed here');
    const { code, stdout } = await tsstep('continue half');
    expect({ code, stdout }).toMatchObject({ code: 125, stdout: expect.stringContaining('↶') });
    expect((await tsstep('ps -aq')).stdout).toBe('');
  });
});

describe('run --break network in a terminal', () => {
  it('says in other terminals where it is paused, and keeps nobody waiting who stops or starts it', async () => {
    const words = ['run', '--name', 'fore', '--break', 'network', 'lab', 'true'];
    const stepped = sandbox.startTsstep(words, { stdin: 'pipe' });
    await stepped.says('[n]ext');
    expect((await tsstep('ps -a --format {{.Status}}')).stdout).toBe('Created (paused at network)\n');
    for (const verb of ['stop', 'start'])
      expect(await tsstep(`${verb} fore`)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('it is created (paused at network)') as unknown,
      });
    expect((await tsstep('diff fore')).code).toBe(0);
    stepped.stdin.end('c\n');
    expect((await stepped.ended).code).toBe(0);
    expect((await tsstep('ps -a --format {{.Status}}')).stdout).toContain('Exited (0)');
    await tsstep('rm fore');
  });
});

describe('create --pause-each', () => {
  it('waits as soon as it can be named, and ends with a container that can be started', async () => {
    await tsstep('create --name made --pause-each lab true');
    const { stdout } = await tsstep('next made');
    expect(stdout).toContain('Make the volumes');
    expect(stdout.trim().split('\n').at(-1)).toContain('Created: `tsstep start made` starts it');
    expect(await stateOf('made')).toMatchObject({ Status: 'created', Pid: 0 });
    expect((await tsstep('start -a made')).code).toBe(0);
    await tsstep('rm made');
  });
});

it('a tsstep that fails before it can be named says why, and its exit code is passed on', async () => {
  const { code, stderr } = await tsstep('run -d --break network nowhere:latest --pull never');
  expect({ code, stderr }).toMatchObject({ code: 125, stderr: expect.stringContaining('nowhere') });
});
