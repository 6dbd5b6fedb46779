/** Whatever a person may get wrong: the right exit code, what, why and remedy on stderr, and a host as it was. */
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Result } from '../support/commands.ts';
import { useContainers } from '../support/containers.ts';
import { hostState } from '../support/host-state.ts';
import { blobPath, importRootfs, layer, rootfs, writeLayout } from '../support/layout.ts';
import { serve } from '../support/talk.ts';
import { type Member, tarOf } from '../unit/image/tars.ts';

const { sandbox, start, run, background } = useContainers();
const bin = join(import.meta.dirname, '../../bin/tsstep');

/** One error in docs/errors.md's form, in which `what` and `remedy` are found, and nothing else. */
function expectRefused(result: Result, code: number, what: RegExp, remedy: RegExp = /./): void {
  expect(result).toMatchObject({ code, stdout: '' });
  const form = /^tsstep: (?<what>.+)\n(?: {2}at: .+\n)? {2}why: (?<why>.+)\n {2}remedy: (?<remedy>.+)\n$/;
  expect(result.stderr).toMatch(form);
  const { groups } = form.exec(result.stderr) ?? {};
  expect(`${groups?.what}; ${groups?.why}`).toMatch(what);
  expect(groups?.remedy).toMatch(remedy);
}

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
    ['-e =x lab true', 125, /=x/, /./],
    ['--env-file /nowhere lab true', 125, /\/nowhere/, /./],
    ['-u nosuch lab true', 125, /unable to find user "nosuch"/, /root, www-data, student/],
    ['-u student:nosuch lab true', 125, /unable to find group "nosuch"/, /lab/],
    ['-u 4294967296 lab true', 125, /4294967296|range/, /./],
    ['--group-add nosuch lab true', 125, /nosuch/, /./],
    ['--network container:nosuch lab true', 125, /nosuch/, /tsstep ps -a/],
    ['--network nosuch lab true', 125, /nosuch/, /bridge/],
    ['--ulimit nofile=9:3 lab true', 125, /nofile/, /./],
    ['--cap-add NO_SUCH lab true', 125, /NO_SUCH/, /./],
    ['--inject nonsense lab true', 125, /nonsense/, /./],
    ['-w relative lab true', 125, /relative/, /./],
    ['lab nosuch', 127, /nosuch/, /./],
    ['lab /etc', 126, /\/etc.*directory/, /./],
    ['lab /etc/motd', 126, /\/etc\/motd.*permission/, /chmod/],
    ['-w /etc/motd lab true', 125, /\/etc\/motd/, /./],
    ['-v /etc:/etc/motd lab true', 125, /\/etc\/motd/, /./],
  ])('run --rm %s → %i', async ([words, code, what, remedy]) => {
    expectRefused(await run(words), code, what, remedy);
  });

  it('an unknown flag and a missing image are named, with a hint at help', async () => {
    for (const words of ['--nosuch lab true', '']) {
      const { code, stdout, stderr } = await run(words);
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
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
  it('somebody who is not root is told to be, and no state directory is made', async () => {
    const root = join(sandbox.directory, 'of-nobody');
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const env = { TSSTEP_ROOT: root };
    expectRefused(await sandbox.run([...nobody, bin, 'run', 'lab', 'true'], { env }), 125, /root/, /sudo/);
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
    } else expectRefused(result, 125, /overlay/, /TSSTEP_ROOT/);
    const left = existsSync(`${at}/merged/root`) ? (await hostState(sandbox, `${at}/merged/root`)).files : [];
    expect(left.map((line) => line.split(' ')[0])).toEqual(['containers', 'names', 'runs']);
    await sandbox.sh(`umount ${at}/merged; rm -r ${at}`);
  });

  it('a state directory that is no directory, or is read-only, is refused', async () => {
    const file = join(sandbox.directory, 'file');
    writeFileSync(file, '');
    for (const root of [file, join(file, 'below'), '/proc/tsstep', '/sys/tsstep'])
      expectRefused(await run('lab true', { env: { TSSTEP_ROOT: root } }), 125, /./, /TSSTEP_ROOT/);
  });
});

let archives = 0;

/** A layout whose second layer has these entries, or is changed on disk afterwards. */
async function layout(members: readonly Member[], change?: (blob: string) => void): Promise<string> {
  const at = join(sandbox.directory, `broken${archives++}`);
  const [base, bad] = [await layer(...rootfs()), await layer(...members)];
  writeLayout(at, 'broken:1', [base, bad]);
  change?.(blobPath(at, bad));
  return at;
}

const harmless: Member = { name: 'fine', content: 'x'.repeat(5000) };

describe('a layer that is broken or unsafe', () => {
  it.for<[string, Member[], RegExp]>([
    ['../', [{ name: '../evil', content: 'x' }], /\.\.\/evil/],
    ['../ in the middle', [{ name: 'a/../../../evil', content: 'x' }], /evil/],
    ['an absolute path', [{ name: '/tmp/evil', content: 'x' }], /absolute/],
    ['a hard link out', [{ name: 'evil', type: 'link', linkname: '../../../../etc/shadow' }], /hard link/],
    ['an absolute hard link', [{ name: 'evil', type: 'link', linkname: '/etc/shadow' }], /hard link/],
    [
      'a hard link through a symlink out',
      [
        { name: 'out', type: 'symlink', linkname: '/etc' },
        { name: 'evil', type: 'link', linkname: 'out/shadow' },
      ],
      /evil/,
    ],
    ['a device', [{ name: 'evil', type: 'block-device', devmajor: 8, devminor: 0 }], /device/],
    ['a character device', [{ name: 'evil', type: 'character-device', devmajor: 1, devminor: 1 }], /device/],
  ])('with %s is refused when it is unpacked, and by import as well', async ([, members, what]) => {
    const loaded = await sandbox.tsstep(['load', '-i', await layout(members)]);
    const result = loaded.code === 0 ? await run('broken:1 true') : loaded;
    expectRefused(result, result === loaded ? 1 : 125, what);
    const tar = join(sandbox.directory, 'evil.tar');
    writeFileSync(tar, await tarOf(...members));
    const imported = await sandbox.tsstep(['import', tar, 'evil']);
    expect(imported.code).not.toBe(0);
    for (const path of ['/evil', '/tmp/evil', join(sandbox.directory, 'evil')])
      expect(existsSync(path), path).toBe(false);
  });

  it('that writes through a symlink it brought writes inside of the image', async () => {
    const victim = join(sandbox.directory, 'victim');
    mkdirSync(victim);
    const members: Member[] = [
      { name: 'out', type: 'symlink', linkname: victim },
      { name: 'out/evil', content: 'x' },
    ];
    const loaded = await sandbox.tsstep(['load', '-i', await layout(members)]);
    const result = loaded.code === 0 ? await run('broken:1 cat /out/evil') : loaded;
    expect([0, 1, 125]).toContain(result.code);
    expect(readdirSync(victim)).toEqual([]);
  });

  it.for<[string, (blob: string) => void, RegExp]>([
    ['a changed byte', (blob) => flip(blob, 40), /digest|sha256/],
    ['its end cut off', (blob) => truncateSync(blob, 60), /size|digest|sha256|bytes/],
    ['no content at all', (blob) => truncateSync(blob, 0), /size|digest|sha256|bytes/],
  ])('with %s is refused by load, and nothing of it is kept', async ([, change, what]) => {
    const result = await sandbox.tsstep(['load', '-i', await layout([harmless], change)]);
    expectRefused(result, 1, what);
    expectUnknown(await run('broken:1 true'));
  });

  it('with a truncated gzip stream under the right digest is refused when it is unpacked', async () => {
    const at = join(sandbox.directory, `broken${archives++}`);
    const tar = await tarOf(harmless, { name: 'more', content: 'y'.repeat(100_000) });
    const whole = await layer(harmless, { name: 'more', content: 'y'.repeat(100_000) });
    const cut = { blob: gzipSync(tar).subarray(0, -30), diffId: whole.diffId };
    writeLayout(at, 'cut:1', [await layer(...rootfs()), cut]);
    const loaded = await sandbox.tsstep(['load', '-i', at]);
    const result = loaded.code === 0 ? await run('cut:1 true') : loaded;
    expectRefused(result, result === loaded ? 1 : 125, /gzip|end|truncated|damaged/i);
  });

  it('with another content than its diff_id says is refused', async () => {
    const at = join(sandbox.directory, `broken${archives++}`);
    const [one, two] = [await layer(harmless), await layer({ name: 'other', content: '' })];
    writeLayout(at, 'swapped:1', [await layer(...rootfs()), { blob: one.blob, diffId: two.diffId }]);
    const loaded = await sandbox.tsstep(['load', '-i', at]);
    const result = loaded.code === 0 ? await run('swapped:1 true') : loaded;
    expectRefused(result, result === loaded ? 1 : 125, /diff_id|digest|sha256/i);
  });

  it('in the store that changed after it was loaded is refused before it is unpacked', async () => {
    const members = [{ name: 'fresh', content: 'z'.repeat(3000) }];
    await importRootfs(sandbox, 'rotten', members);
    const index = JSON.parse(readFileSync(join(sandbox.root, 'images/index.json'), 'utf8')) as Index;
    const digest = index.manifests.find((one) => JSON.stringify(one).includes('rotten'))?.digest ?? '';
    const blob = (one: string) => join(sandbox.root, 'images/blobs/sha256', one.replace('sha256:', ''));
    const manifest = JSON.parse(readFileSync(blob(digest), 'utf8')) as { layers: { digest: string }[] };
    flip(blob(manifest.layers[0]?.digest ?? ''), 600);
    expectRefused(await run('rotten cat /fresh'), 125, /sha256/, /./);
  });

  it('is no archive at all: load and import say so', async () => {
    const file = join(sandbox.directory, 'text');
    writeFileSync(file, 'this is no archive\n'.repeat(100));
    expectRefused(await sandbox.tsstep(['load', '-i', file]), 1, /text/);
    expectRefused(await sandbox.tsstep(['import', file, 'text']), 1, /text/);
    expectRefused(await sandbox.tsstep(['load', '-i', '/nowhere']), 1, /\/nowhere/);
  });
});

interface Index {
  manifests: { digest: string }[];
}

const expectUnknown = (result: Result) => expectRefused(result, 125, /broken/);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
