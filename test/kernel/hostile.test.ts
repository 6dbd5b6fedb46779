/** Images and callers that want more than a container may have. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event, EventOf } from '../../tracer/events.ts';
import { useContainers } from '../support/containers.ts';
import { importRootfs } from '../support/layout.ts';

const { sandbox, run, start } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

const isInit = (event: Event): event is Extract<EventOf<'operation-ended'>, { ok: true }> =>
  event.type === 'operation-ended' && event.ok && event.name === 'init';

const errorOf = (attempt: () => void): string | undefined => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};

describe('a program that is what tsstep runs itself', () => {
  it('cannot be written through /proc/PID/exe: init’s Node is on a read-only mount (CVE-2019-5736)', async () => {
    const words = ['run', '--rm', '--break', 'exec:execve', 'lab', 'true'];
    const paused = sandbox.startTsstep(words, { stdin: 'pipe', events: true });
    await paused.event('a pause', (event): event is Event => event.type === 'paused');
    const { value } = await paused.event('init', isInit);
    const exe = `/proc/${(value as { pid: number }).pid}/exe`;
    expect(errorOf(() => accessSync(exe, constants.W_OK))).toBe('EROFS');
    // The same file on the mount that everybody sees.
    expect(errorOf(() => accessSync(process.execPath, constants.W_OK))).toBeUndefined();
    paused.stdin.end('quit roll back\n');
    await paused.ended;
  });

  it('is no way around it either as the image’s own command', async () => {
    await importRootfs(sandbox, 'own', [{ name: 'bin/own', type: 'symlink', linkname: '/proc/self/exe' }]);
    const { code, stderr } = await run('own /bin/own --version');
    expect({ code, stderr }).toEqual({ code: 126, stderr: expect.stringContaining('/proc/self/exe') });
  });
});

describe('a file of the image that is read before anything runs', () => {
  it.each([
    ['a FIFO', { name: 'etc/passwd', type: 'fifo' }],
    [
      'a device of the image',
      { name: 'etc/passwd', type: 'character-device', devmajor: 1, devminor: 5, mode: 0o666 },
    ],
    ['a device', { name: 'etc/passwd', type: 'symlink', linkname: '/dev/zero' }],
  ] as const)('and is %s holds nothing up, and says nothing', async (_, passwd) => {
    await importRootfs(sandbox, 'odd', [{ name: 'etc/', type: 'directory' }, passwd]);
    expect(await run('-u 7 odd env')).toMatchObject({ code: 0, stdout: expect.stringContaining('HOME=/\n') });
    expect(await run('-u somebody odd env')).toMatchObject({ code: 125 });
  });
});

describe('a device that the image brings', () => {
  it('is there as with docker, and of no use: the container’s devices are those that tsstep makes', async () => {
    const device = { mode: 0o666, devmajor: 1, devminor: 1 } as const;
    await importRootfs(sandbox, 'devices', [
      { name: 'memory', type: 'character-device', ...device },
      { name: 'ram', type: 'block-device', ...device },
    ]);
    for (const path of ['/memory', '/ram']) {
      const { code, stderr } = await run(`devices cat ${path}`);
      expect({ path, code, stderr }).toEqual({
        path,
        code: 1,
        stderr: expect.stringContaining('not permitted'),
      });
    }
  });
});

describe('what the caller has', () => {
  it('inheritable capabilities of is gone, for root and for others', async () => {
    for (const flags of [[], ['-u', 'student']]) {
      const words = [bin, 'run', '--rm', ...flags, 'lab', 'grep', 'CapInh', '/proc/self/status'];
      const { stdout } = await sandbox.run(['setpriv', '--inh-caps', '+chown,+sys_admin', ...words]);
      expect(stdout).toBe(`CapInh:\t${'0'.repeat(16)}\n`);
    }
  });

  it('keys of is gone: the container has a session keyring of its own', async () => {
    // keyctl(2): KEYCTL_GET_KEYRING_ID of KEY_SPEC_SESSION_KEYRING; 1 joins a new one.
    const call = process.arch === 'arm64' ? 219 : 250;
    const show = `print syscall(${call}, 0, -3, 0), "\\n"`;
    const libraries = ['/usr', '/lib', '/lib64'].flatMap((path) => ['-v', `${path}:${path}:ro`]);
    const words = [bin, 'run', '--rm', ...libraries, 'lab', '/usr/bin/perl', '-e', show];
    const script = `$| = 1; syscall(${call}, 1, 0); ${show}; exec @ARGV`;
    const { stdout, stderr } = await sandbox.run(['perl', '-e', script, ...words]);
    expect(stderr).toBe('');
    const [callers, containers] = stdout.trim().split('\n').map(Number);
    expect([callers, containers].every((serial) => (serial ?? 0) > 0)).toBe(true);
    expect(containers).not.toBe(callers);
  });
});

describe('the shell at a prompt', () => {
  it('has the limits of the container, and says whose programs it runs with what rights', async () => {
    const typed =
      '! cat /proc/self/cgroup /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null\nquit roll back\n';
    const words = ['run', '--rm', '--pids-limit', '33', '--break', 'env', 'lab', 'true'];
    const { stderr } = await sandbox.tsstep(words, { stdin: typed });
    expect(stderr).toContain('have all of your rights');
    expect(stderr).toMatch(/:\/\n/);
    expect(stderr).not.toContain('/..');
    expect(stderr).toMatch(/^33$/m);
  });

  it('before there is a root of its own says nothing of the image', async () => {
    const words = ['run', '--rm', '--break', 'network', 'lab', 'true'];
    const { stderr } = await sandbox.tsstep(words, { stdin: '! true\nquit roll back\n' });
    expect(stderr).toContain('In the ipc, uts, net, pid, mnt namespaces');
    expect(stderr).not.toContain('all of your rights');
  });
});

describe('rm', () => {
  it('takes nothing for a name that leads out of the names, nor a link’s text for an ID', async () => {
    const container = await start('--name kept');
    const victim = join(sandbox.root, 'victim');
    await sandbox.sh(
      `mkdir -p ${victim} && ln -s ../victim ${sandbox.directory}/link && ln -s ../victim ${sandbox.root}/names/evil`,
    );
    for (const reference of ['../../link', 'evil', '../victim', '..'])
      expect(await sandbox.tsstep(['rm', reference]), reference).toMatchObject({ code: 1, stdout: '' });
    await sandbox.sh(`rmdir ${victim} && rm ${sandbox.directory}/link ${sandbox.root}/names/evil`);
    expect(readFileSync(`/proc/${container.pid}/comm`, 'utf8')).toBe('sleep\n');
  });
});
