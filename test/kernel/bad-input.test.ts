/** Whatever a person may get wrong: the right exit code, what, why and remedy on stderr, and a host as it was. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';
import { filesBelow } from '../support/host-state.ts';
import { expectRefused } from '../support/refused.ts';
import { serve } from '../support/talk.ts';

const { sandbox, start, run, background } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

describe('a flag or a name that makes no sense', () => {
  it.for<[words: string, code: number, what: RegExp, remedy: RegExp]>([
    ['nosuch true', 125, /nosuch/, /tsstep (images|load|import)/],
    ['lba true', 125, /lba/, /lab/],
    ['lab:2 true', 125, /lab:2/, /lab/],
    ['Lab:x true', 125, /Lab/, /./],
    ['lab@sha256:12 true', 125, /sha256:12/, /./],
    [':::: true', 125, /::::/, /./],
    ['-m 64q lab true', 125, /64q.*"q" is not a unit/, /-m|--memory/],
    ['-m 1k lab true', 125, /1k.*6MB/, /--memory 64m/],
    ['-m 64m --memory-swap 32m lab true', 125, /32m/, /--memory-swap/],
    ['--cpus -1 lab true', 125, /-1/, /--cpus/],
    ['--cpus 9999 lab true', 125, /9999/, /--cpus/],
    ['--cpuset-cpus 0-9999 lab true', 125, /9999/, /./],
    ['--pids-limit x lab true', 125, /pids-limit/, /--pids-limit 100/],
    ['-p 99999:80 lab true', 125, /99999.*range/, /--publish 8080:80/],
    ['-p 80:0 lab true', 125, /80:0/, /--publish/],
    ['-p 198.51.100.7:8080:80 lab true', 125, /198\.51\.100\.7/, /ip address/],
    ['-v relative:/x:what lab true', 125, /what/, /./],
    ['--mount type=bind,src=/nowhere/at/all,dst=/x lab true', 125, /\/nowhere\/at\/all/, /mkdir|-v/],
    ['--name -x lab true', 125, /-x/, /./],
    ['-e =x lab true', 125, /--env.*needs a name/, /./],
    ['--env-file /nowhere lab true', 125, /\/nowhere/, /./],
    ['-u nosuch lab true', 125, /unable to find user "nosuch"/, /root, www-data, student/],
    ['-u student:nosuch lab true', 125, /unable to find group "nosuch"/, /lab/],
    ['-u 4294967296 lab true', 125, /4294967296|range/, /./],
    ['--group-add nosuch lab true', 125, /nosuch/, /./],
    ['--network container:nosuch lab true', 125, /nosuch/, /tsstep ps -a/],
    ['--network nosuch lab true', 125, /nosuch/, /tsstep network ls/],
    ['--ulimit nofile=9:3 lab true', 125, /nofile/, /./],
    ['--cap-add NO_SUCH lab true', 125, /NO_SUCH/, /./],
    ['--inject nonsense lab true', 125, /nonsense/, /./],
    ['-w relative lab true', 125, /relative/, /./],
    ['lab nosuch', 127, /nosuch/, /./],
    ['lab /etc', 126, /\/etc.*directory/, /./],
    ['lab /etc/motd', 126, /\/etc\/motd.*permission/, /chmod/],
    ['-w /etc/motd lab true', 125, /working directory is a file/, /-w/],
    ['-v /etc:/etc/motd lab true', 125, /\/etc\/motd/, /./],
  ])('run --rm %s → %i', async ([words, code, what, remedy]) => {
    expectRefused(await run(words), code, what, remedy);
  });

  it('an unknown flag and a missing image are named, with a hint at help', async () => {
    for (const [words, exit] of [
      ['--nosuch lab true', 125],
      ['', 1],
    ] as const) {
      const { code, stdout, stderr } = await run(words);
      expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
      expect(stderr).toMatch(/nosuch|image/);
      expect(stderr).toContain('--help');
    }
  });
});

describe('what somebody else has', () => {
  it('a name in use is refused with 125, and the container that has it goes on', async () => {
    const container = await start('--name mine');
    expectRefused(await run('--name mine lab true'), 125, /mine/, /tsstep rm mine|--name/);
    expect(container.status('State')[0]).toBe('S');
  });

  it('a port that is taken is refused with 125, by tcp and by udp', async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      background(await serve(sandbox, undefined, protocol, 9000));
      expectRefused(await run(`-p 9000:80/${protocol} lab true`), 125, /9000.*node/, /another host port/);
    }
  });
});

describe('a machine that cannot', () => {
  it('a tool that is missing is named before anything is made', async () => {
    const nft = (await sandbox.sh('command -v nft')).trim();
    await sandbox.sh(`mount --bind /dev/null ${nft}`);
    try {
      expectRefused(await run('lab true'), 125, /"nft" is not installed/, /apt-get install nftables/);
    } finally {
      await sandbox.sh(`umount ${nft}`);
    }
  });

  it('a directory that was removed under the shell is named', async () => {
    const gone = `mkdir ${sandbox.directory}/gone; cd ${sandbox.directory}/gone; rmdir $PWD; exec "$0" ps 2>&1`;
    const { code, stdout } = await sandbox.run(['sh', '-c', gone, bin]);
    expect(code).toBe(125);
    expect(stdout).toContain('the current directory does not exist any more');
  });

  it('somebody who is not root is told to be, and no state directory is made', async () => {
    const root = join(sandbox.directory, 'of-nobody');
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const env = { TSSTEP_ROOT: root };
    for (const words of [
      ['run', 'lab', 'true'],
      ['doctor', '--leaks'],
    ])
      expectRefused(await sandbox.run([...nobody, bin, ...words], { env }), 125, /root/, /sudo/);
    expect(existsSync(root)).toBe(false);
  });

  it('a state directory on an overlay, which overlayfs does not take as an upper layer, is refused', async () => {
    const at = join(sandbox.directory, 'stacked');
    await sandbox.sh(`
      mkdir -p ${at}/lower ${at}/upper ${at}/work ${at}/merged
      mount -t overlay -o lowerdir=${at}/lower,upperdir=${at}/upper,workdir=${at}/work overlay ${at}/merged
      mkdir ${at}/merged/lower ${at}/merged/upper ${at}/merged/work ${at}/merged/merged`);
    const twice = `lowerdir=${at}/merged/lower,upperdir=${at}/merged/upper,workdir=${at}/merged/work`;
    const possible = await sandbox.run([
      'mount',
      '-t',
      'overlay',
      '-o',
      twice,
      'overlay',
      `${at}/merged/merged`,
    ]);
    const result = await run('lab true', {
      env: { TSSTEP_ROOT: `${at}/merged/root`, TSSTEP_RUN: `${sandbox.root}/run` },
    });
    if (possible.code === 0) {
      await sandbox.sh(`umount ${at}/merged/merged`);
      expect(result.code).toBe(0);
    } else expectRefused(result, 125, /unpacking/, /overlay.*TSSTEP_ROOT/);
    const left = filesBelow(`/proc/${sandbox.holder}/root${at}/merged/root`);
    expect(left.map((line) => line.split(' ')[0])).toEqual(['containers', 'names', 'runs', 'volumes']);
    await sandbox.sh(`umount ${at}/merged; rm -r ${at}`);
  });

  it('a state directory that is no directory, or is read-only, is refused', async () => {
    const file = join(sandbox.directory, 'file');
    writeFileSync(file, '');
    for (const root of [file, join(file, 'below'), '/proc/tsstep', '/sys/tsstep'])
      expectRefused(await run('lab true', { env: { TSSTEP_ROOT: root } }), 125, /./, /TSSTEP_ROOT/);
  });
});
