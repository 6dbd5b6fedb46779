/** ps, inspect, rm, images, import, clean, doctor: what they say is compared with what the kernel says. */
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Event } from '../../tracer/events.ts';
import type { Started } from '../support/commands.ts';
import { filesBelow, hostState } from '../support/host-state.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const bin = join(import.meta.dirname, '../../bin/tsstep');

const tsstep = async (...argv: readonly string[]) => await sandbox.tsstep(argv);

/** Runs a container that says when it is up, and then waits to be killed. */
async function startSleeper(...flags: readonly string[]): Promise<Started<Event>> {
  const started = sandbox.startTsstep(['run', ...flags, 'lab', 'sh', '-c', 'echo up; exec sleep infinity']);
  await started.says('up');
  return started;
}

async function inspect<T>(name: string, path: string): Promise<T> {
  const { code, stdout, stderr } = await tsstep('inspect', '--format', `{{json ${path}}}`, name);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

/** The state directory without the image cache, and the host. */
const host = async () => await hostState(sandbox);

async function expectNoLeaks(): Promise<void> {
  expect(await tsstep('doctor', '--leaks')).toMatchObject({ code: 0, stdout: 'no leaks\n' });
}

/** A test that fails must not make others fail: what it has left is not theirs. */
afterEach(async () => {
  const ids = (await tsstep('ps', '-aq')).stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await tsstep('rm', '-f', ...ids);
});

describe('a container that has exited', () => {
  it('is listed by ps -a in docker’s words, inspected, and gone without a trace after rm', async () => {
    const before = await host();
    expect((await tsstep('run', '--name', 'three', 'lab', 'sh', '-c', 'exit 3')).code).toBe(3);
    expect((await tsstep('ps')).stdout).not.toContain('three');
    const [, line = ''] = (await tsstep('ps', '-a')).stdout.split('\n');
    expect(line).toMatch(
      /^[0-9a-f]{12} {3}lab {7}"sh -c 'exit 3'" {3}\S.* ago {3}Exited \(3\) .* ago +three$/,
    );
    expect(await inspect('three', '.State')).toMatchObject({
      Status: 'exited',
      Running: false,
      Pid: 0,
      ExitCode: 3,
    });
    expect(await inspect('three', '.NetworkSettings')).toMatchObject({
      IPAddress: '',
      SandboxKey: '',
      Ports: {},
    });
    await expectNoLeaks();
    expect(await tsstep('rm', 'three')).toEqual({ code: 0, stdout: 'three\n', stderr: '' });
    expect(await host()).toEqual(before);
  });

  it('can be named by the beginning of its ID, as long as only one begins so', async () => {
    await tsstep('run', '--name', 'short', 'lab', 'true');
    const id = await inspect<string>('short', '.Id');
    expect((await tsstep('inspect', '-f', '{{.Name}}', id.slice(0, 6))).stdout).toBe('/short\n');
    expect((await tsstep('ps', '-aq')).stdout).toBe(`${id.slice(0, 12)}\n`);
    expect((await tsstep('ps', '-aq', '--no-trunc')).stdout).toBe(`${id}\n`);
    expect((await tsstep('rm', id.slice(0, 6))).code).toBe(0);
  });
});

describe('a container that runs', () => {
  it('is inspected as the kernel sees it', async () => {
    const flags =
      '--name run --memory 64m --pids-limit 20 -p 127.0.0.1:0:80 -v data:/data --mount type=bind,source=/etc/hosts,target=/h,readonly -e A=b';
    const started = await startSleeper(...flags.split(' '), '--hostname', 'h', '-l', 'x=y', '--read-only');
    const [container] = JSON.parse((await tsstep('inspect', 'run')).stdout) as [Inspected];
    const pid = container.State.Pid;
    expect(pid).toBe(started.descendant(2));
    expect(container.State).toMatchObject({ Status: 'running', Running: true, OOMKilled: false });
    expect(container.NetworkSettings.SandboxKey).toBe(`/proc/${pid}/ns/net`);

    const inside = (command: string) => sandbox.sh(`nsenter --target ${pid} --net --uts -- ${command}`);
    const addresses = await inside('ip -o addr show eth0');
    expect(addresses).toContain(
      `inet ${container.NetworkSettings.IPAddress}/${container.NetworkSettings.IPPrefixLen} `,
    );
    expect(await inside('ip link show eth0')).toContain(container.NetworkSettings.MacAddress);
    expect(await inside('ip route')).toContain(`default via ${container.NetworkSettings.Gateway} `);
    expect((await inside('hostname')).trim()).toBe(container.Config.Hostname);

    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    expect(environment).toEqual(expect.arrayContaining(container.Config.Env));
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(container.Config.WorkingDir);

    const mountinfo = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
    expect(mountinfo).toContain(`upperdir=${container.GraphDriver.Data.UpperDir}`);
    for (const layer of container.GraphDriver.Data.LowerDir.split(':'))
      expect(existsSync(layer), layer).toBe(true);
    expect(container.Mounts.map(({ Type, Destination, RW }) => `${Type} ${Destination} ${RW}`)).toEqual([
      'volume /data true',
      'bind /h false',
    ]);
    for (const { Destination, RW } of container.Mounts) {
      expect(mountinfo).toMatch(new RegExp(` ${Destination} ${RW ? 'rw' : 'ro'}[, ]`));
    }

    const hostPort = container.NetworkSettings.Ports['80/tcp']?.[0]?.HostPort;
    const line = (await tsstep('ps')).stdout.split('\n')[1];
    expect(line).toMatch(/ Up (\d+ seconds?|Less than a second) /);
    expect(line).toContain(`127.0.0.1:${hostPort}->80/tcp`);
    expect(await sandbox.sh('ss -Hltn')).toContain(`127.0.0.1:${hostPort}`);
    expect(container.HostConfig).toMatchObject({
      Memory: 67_108_864,
      PidsLimit: 20,
      ReadonlyRootfs: true,
      NetworkMode: 'default',
      AutoRemove: false,
    });
    expect(container.Config.Labels).toMatchObject({ x: 'y' });
    await expectNoLeaks();
    expect((await tsstep('rm', '-f', 'run')).code).toBe(0);
    await started.ended;
  });

  it('is not removed without -f, and with -f leaves nothing', async () => {
    const before = await host();
    const started = await startSleeper('--name', 'busy');
    const refused = await tsstep('rm', 'busy', 'nobody');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('cannot remove container "busy": container is running');
    expect(refused.stderr).toContain('no container "nobody"');
    expect(await tsstep('rm', '-f', 'busy')).toMatchObject({ code: 0, stdout: 'busy\n' });
    expect((await started.ended).code).toBe(137);
    expect(await host()).toEqual(before);
  });

  it('goes by itself with --rm, whatever rm -f does at the same moment', async () => {
    const before = await host();
    const started = await startSleeper('--name', 'self', '--rm');
    expect(await tsstep('rm', '-f', 'self')).toMatchObject({ code: 0, stdout: 'self\n' });
    await started.ended;
    expect(await host()).toEqual(before);
  });
});

describe('a run whose tsstep was killed', () => {
  it('while it paused is dead for ps, a leak for doctor, and gone after clean, which may be repeated', async () => {
    const before = await host();
    const words = ['run', '--name', 'paused', '-p', '0:80', '--break', 'exec:execve', 'lab', 'true'];
    const started = sandbox.startTsstep(words, { stdin: 'pipe', events: true });
    await started.event('a pause', (event): event is Event => event.type === 'paused');
    expect((await tsstep('ps', '-a')).stdout).toMatch(/ Created \(paused at \w+(:[\w-]+)?\) +paused/);
    expect((await tsstep('rm', 'paused')).stderr).toContain('it is being created');
    await expectNoLeaks();
    started.kill('SIGKILL');
    await started.ended;

    const listed = await tsstep('ps', '-a');
    expect(listed.stdout).toMatch(/ Dead +paused/);
    expect(listed.stderr).toContain('tsstep clean');
    const leaks = await tsstep('doctor', '--leaks');
    expect(leaks.code).toBe(1);
    for (const what of ['run ', 'mount ', 'nft table ip tsstep', 'cgroup ', 'lease ', 'share ']) {
      expect(leaks.stdout).toContain(`✗ ${what}`);
    }
    expect(leaks.stdout.match(/remedy:(?! tsstep clean).*/g)).toBeNull();

    const cleaned = await tsstep('clean');
    expect(cleaned).toMatchObject({ code: 0, stderr: '' });
    expect(cleaned.stdout).toMatch(/^took back run \S+, container paused\n( {2}\S+:\S+\n)+$/);
    expect(cleaned.stdout).toContain('  overlay:mount\n');
    expect(await host()).toEqual(before);
    expect(await tsstep('clean')).toMatchObject({ code: 0, stdout: 'nothing to clean\n' });
    await expectNoLeaks();
  });

  it('while its container ran keeps the container’s files, and can be removed', async () => {
    const before = await host();
    const words = [
      'run',
      '--name',
      'work',
      'lab',
      'sh',
      '-c',
      'echo kept > /kept; echo up; exec sleep infinity',
    ];
    const started = sandbox.startTsstep(words);
    await started.says('up');
    const upper = (await inspect<Inspected['GraphDriver']>('work', '.GraphDriver')).Data.UpperDir;
    started.kill('SIGKILL');
    await started.ended;
    expect((await tsstep('ps', '-a')).stdout).toMatch(/ Dead +work/);
    expect((await tsstep('clean')).stdout).toContain('its files stay');
    expect((await tsstep('ps', '-a')).stdout).toMatch(/ Exited \(137\) .* work/);
    expect(readFileSync(join(upper, 'kept'), 'utf8')).toBe('kept\n');
    expect(await tsstep('clean')).toMatchObject({ stdout: 'nothing to clean\n' });
    await expectNoLeaks();
    expect((await tsstep('rm', 'work')).code).toBe(0);
    expect(await host()).toEqual(before);
  });

  it('and was removed by rm instead of clean leaves as little', async () => {
    const before = await host();
    const started = await startSleeper('--name', 'orphan');
    started.kill('SIGKILL');
    await started.ended;
    expect(await tsstep('rm', 'orphan')).toMatchObject({ code: 0, stdout: 'orphan\n' });
    expect(await host()).toEqual(before);
  });
});

describe('what is left without a journal', () => {
  it('is found, and removed by clean or by the command that is shown', async () => {
    const before = await host();
    const started = await startSleeper('--name', 'lost');
    const id = await inspect<string>('lost', '.Id');
    for (const file of readdirSync(join(sandbox.root, 'runs')))
      await sandbox.sh(`rm ${join(sandbox.root, 'runs', file)}`);
    started.kill('SIGKILL');
    await started.ended;
    expect((await tsstep('clean')).stdout).toContain('took back lease ');
    expect((await tsstep('doctor', '--leaks')).stdout).toContain(`remedy: tsstep rm ${id}\n`);
    // Removing a cgroup leaves its parent, which is found next.
    for (let round = 0; round < 2; round++) {
      const { stdout } = await tsstep('doctor', '--leaks');
      const remedies = [...stdout.matchAll(/remedy: (.*)/g)].map(([, remedy]) => remedy ?? '');
      for (const remedy of remedies) await sandbox.run(['sh', '-c', remedy.replace(/^tsstep/, bin)]);
    }
    await expectNoLeaks();
    expect(await host()).toEqual(before);
  });

  it('of half-made files goes with clean, and what a living process writes stays', async () => {
    const dead = join(sandbox.root, 'images/tmp/4194304-abc');
    const living = join(sandbox.root, `images/tmp/${process.pid}-abc`);
    const partial = join(sandbox.root, 'layers/partial/run-1-abc');
    mkdirSync(partial, { recursive: true });
    for (const file of [dead, living]) writeFileSync(file, '');
    expect((await tsstep('clean')).stdout.split('\n').sort()).toEqual(
      ['', `took back partial image ${dead}`, `took back partial layer ${partial}`].sort(),
    );
    expect([dead, living, partial].map((path) => existsSync(path))).toEqual([false, true, false]);
    await sandbox.sh(`rm ${living}`);
  });
});

describe('images', () => {
  it('of a tar or an archive are listed and can be run', async () => {
    const directory = join(sandbox.directory, 'rootfs');
    await sandbox.sh(
      `mkdir -p ${directory}/bin && cp /bin/busybox ${directory}/bin/sh && tar -C ${directory} -cf ${directory}.tar .`,
    );
    const imported = await tsstep(
      'import',
      '-c',
      'CMD ["sh", "-c", "echo imported"]',
      `${directory}.tar`,
      'mine:1',
    );
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/) });
    const lines = (await tsstep('images')).stdout.split('\n');
    expect(lines[0]).toMatch(/^REPOSITORY {3}TAG {7}IMAGE ID {7}CREATED +SIZE$/);
    expect(lines[1]).toMatch(new RegExp(`^mine {9}1 +${imported.stdout.slice(7, 19)} {3}.* ago +\\S+B$`));
    expect((await tsstep('run', '--rm', 'mine:1')).stdout).toBe('imported\n');
  });

  it('are loaded from an OCI layout, and from standard input', async () => {
    const other = { env: { TSSTEP_ROOT: join(sandbox.directory, 'other') } };
    const loaded = await sandbox.tsstep(['load', '-i', join(sandbox.root, 'images')], other);
    expect(loaded.stdout).toContain('Loaded image: lab:latest\n');
    const again = await sandbox.sh(
      `tar -C ${sandbox.root}/images -cf - . | TSSTEP_ROOT=${sandbox.directory}/third ${bin} load`,
    );
    expect(again).toContain('Loaded image: lab:latest\n');
    expect((await sandbox.tsstep(['images', '-q'], other)).stdout).toMatch(/^([0-9a-f]{12}\n)+$/);
  });
});

describe('doctor', () => {
  it('finds nothing missing where containers can be run, and leaves nothing behind', async () => {
    const before = await host();
    const { code, stdout } = await tsstep('doctor', '--json');
    const findings = JSON.parse(stdout) as { level: string; name: string }[];
    expect(findings.filter(({ level }) => level === 'missing')).toEqual([]);
    expect(code).toBe(0);
    expect(findings.map(({ name }) => name)).toContain('overlayfs');
    expect(await host()).toEqual(before);
  });

  it('says what to do where the state directory cannot be used', async () => {
    const { code, stdout } = await sandbox.tsstep(['doctor'], { env: { TSSTEP_ROOT: '/proc/tsstep' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ (state|overlayfs): .*\n {4}why: .*\n {4}remedy: .*TSSTEP_ROOT/m);
  });

  it('finds no leaks where there is no state directory at all, and does not make one', async () => {
    const root = join(sandbox.directory, 'nowhere');
    const found = await sandbox.tsstep(['doctor', '--leaks'], { env: { TSSTEP_ROOT: root } });
    expect(found).toMatchObject({ code: 0, stdout: 'no leaks\n' });
    expect(existsSync(root)).toBe(false);
    expect(filesBelow(sandbox.root)).toBeDefined();
  });
});

/** What the tests read of `tsstep inspect`. */
interface Inspected {
  State: { Pid: number };
  Config: { Hostname: string; Env: string[]; WorkingDir: string; Labels: Record<string, string> };
  HostConfig: Record<string, unknown>;
  GraphDriver: { Data: { UpperDir: string; LowerDir: string } };
  Mounts: { Type: string; Destination: string; RW: boolean }[];
  NetworkSettings: {
    SandboxKey: string;
    IPAddress: string;
    IPPrefixLen: number;
    Gateway: string;
    MacAddress: string;
    Ports: Record<string, { HostPort: string }[] | undefined>;
  };
}
