/** Who the process is and what it may do: /proc/<pid>/status. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';
import { importRootfs } from '../support/layout.ts';

const { sandbox, start, run } = useContainers();

describe('--user', () => {
  it.for([
    ['', 0, 0, [0], '/root'],
    ['-u student', 1000, 1000, [1000, 2000], '/home/student'],
    ['-u 1000', 1000, 1000, [1000, 2000], '/home/student'],
    ['-u student:lab', 1000, 2000, [2000], '/home/student'],
    ['-u 1000:33', 1000, 33, [33], '/home/student'],
    ['-u www-data', 33, 33, [33], '/var/www'],
    ['-u 4242', 4242, 0, [0], '/'],
    ['-u 4242:4343', 4242, 4343, [4343], '/'],
    ['-u student --group-add www-data --group-add 77', 1000, 1000, [33, 77, 1000, 2000], '/home/student'],
    ['--group-add lab', 0, 0, [0, 2000], '/root'],
  ] as const)('"%s" is uid %i, gid %i, groups %j, home %s', async ([flags, uid, gid, groups, home]) => {
    const container = await start(flags);
    const four = (id: number) => Array.from({ length: 4 }, () => String(id));
    expect(container.status('Uid')).toEqual(four(uid));
    expect(container.status('Gid')).toEqual(four(gid));
    expect(container.status('Groups').map(Number)).toEqual(groups);
    expect(container.proc('environ').split('\0')).toContain(`HOME=${home}`);
  });

  it('is the image’s where it is not given, looked up in the image’s own files', async () => {
    const files = [
      { name: 'etc/passwd', content: 'root:x:7:7::/:\nonly:x:777:778::/only:/bin/sh\n' },
      { name: 'etc/group', content: 'extra:x:779:nobody,only\n' },
    ];
    await importRootfs(sandbox, 'own', files, ['USER only']);
    const look = 'cat /proc/1/status';
    expect((await run(`own ${look}`)).stdout).toMatch(
      /^Uid:\t777.*\nGid:\t778.*\n(.*\n)?Groups:\t778 779 $/m,
    );
    // The name root is this image's uid 7, whatever it is elsewhere.
    expect((await run(`-u root own ${look}`)).stdout).toMatch(/^Uid:\t7\t7\t7\t7$/m);
    expect(await run(`-u student own ${look}`)).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/unable to find user "student".*\n.*\n.*why: .*\n.*remedy: .*root, only/),
    });
    expect((await run(`--group-add lab own ${look}`)).stderr).toContain('unable to find group "lab"');
  });
});

describe('capabilities', () => {
  /** Docker's fourteen, capabilities(7). */
  const usual = '00000000a80425fb';
  const none = '0'.repeat(16);
  const netAdmin = (1n << 12n).toString(16).padStart(16, '0');

  it.for([
    ['', { Prm: usual, Eff: usual, Bnd: usual }],
    ['-u student', { Prm: none, Eff: none, Bnd: usual }],
    ['--cap-drop ALL', { Prm: none, Eff: none, Bnd: none }],
    ['--cap-drop ALL --cap-add NET_ADMIN', { Prm: netAdmin, Eff: netAdmin, Bnd: netAdmin }],
    ['--cap-drop ALL --cap-add NET_ADMIN -u student', { Prm: none, Eff: none, Bnd: netAdmin }],
  ] as const)('with "%s" are the right ones in each set', async ([flags, sets]) => {
    const container = await start(flags);
    const [Prm, Eff, Bnd, Inh, Amb] = ['Prm', 'Eff', 'Bnd', 'Inh', 'Amb'].map(
      (set) => container.status(`Cap${set}`)[0],
    );
    expect({ Prm, Eff, Bnd, Inh, Amb }).toEqual({ ...sets, Inh: none, Amb: none });
  });

  it('refuse what they do not cover', async () => {
    const { stdout } = await run([
      'lab',
      'sh',
      '-c',
      'mount -t tmpfs x /mnt; hostname other; chown 1 /etc/motd && echo fine',
    ]);
    expect(stdout).toBe('fine\n');
    const { stderr } = await run(['--cap-drop', 'CHOWN', 'lab', 'chown', '1', '/etc/motd']);
    expect(stderr).toContain('Operation not permitted');
  });
});

describe('no_new_privs', () => {
  it('is set where it is asked for, and nowhere else', async () => {
    expect((await start()).status('NoNewPrivs')).toEqual(['0']);
    expect((await start('--security-opt no-new-privileges')).status('NoNewPrivs')).toEqual(['1']);
    expect((await start('-u student --security-opt no-new-privileges:true')).status('NoNewPrivs')).toEqual([
      '1',
    ]);
  });
});

describe('the user', () => {
  it('can open /dev/stdout and /dev/stderr again, whatever they are', async () => {
    const talk = ['lab', 'sh', '-c', 'echo out > /dev/stdout; echo err > /dev/stderr; cat < /dev/stdin'];
    for (const user of ['student', '4242', 'root']) {
      const pipes = await run(['-i', '-u', user, ...talk], { stdin: 'in\n' });
      expect(pipes, user).toMatchObject({ code: 0, stdout: 'out\nin\n', stderr: 'err\n' });
    }
  });

  it('can write only what the image lets him write', async () => {
    const script =
      'touch /mine; touch /home/student/mine; cat /etc/shadow; cat /lab/shared/hello.txt; id -un';
    const { stdout, stderr } = await run(['-u', 'student', 'lab', 'sh', '-c', script]);
    expect(stdout).toBe('Members of the group lab can read this.\nstudent\n');
    expect(stderr.match(/Permission denied/g)).toHaveLength(2);
  });

  it('of a bind mount is known by number: the host’s permissions decide', async () => {
    const file = join(sandbox.directory, 'secret');
    writeFileSync(file, 'secret\n', { mode: 0o600 });
    expect((await run(`-v ${file}:/secret -u student lab cat /secret`)).stderr).toContain(
      'Permission denied',
    );
    expect((await run(`-v ${file}:/secret lab cat /secret`)).stdout).toBe('secret\n');
  });
});
