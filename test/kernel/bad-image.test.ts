/** Images that are broken, or made to do harm, through the command line: refused, and a host as it was. */
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Result } from '../support/commands.ts';
import { useContainers } from '../support/containers.ts';
import { blobPath, importRootfs, layer, rootfs, writeLayout } from '../support/layout.ts';
import { expectRefused } from '../support/refused.ts';
import { type Member, tarOf } from '../unit/image/tars.ts';

const { sandbox, run } = useContainers();

let archives = 0;

/** A layout whose second layer has these entries, or is changed on disk afterwards. */
async function layout(members: readonly Member[], change?: (blob: string) => void) {
  const name = `broken${archives++}:1`;
  const at = join(sandbox.directory, name);
  const [base, bad] = [await layer(...rootfs()), await layer(...members)];
  writeLayout(at, name, [base, bad]);
  change?.(blobPath(at, bad));
  return { at, name };
}

/** Loads a layout and runs what was loaded: the unsafe has to be met by one of the two. */
async function loadAndRun(at: string, name: string, command = 'true'): Promise<Result> {
  const loaded = await sandbox.tsstep(['load', '-i', at]);
  return loaded.code === 0 ? await run(`${name} ${command}`) : loaded;
}

const harmless: Member = { name: 'fine', content: 'x'.repeat(5000) };

describe('a layer that is broken or unsafe', () => {
  it.for<[string, Member[], RegExp]>([
    ['../', [{ name: '../evil', content: 'x' }], /\.\.\/evil/],
    ['../ in the middle', [{ name: 'a/../../../evil', content: 'x' }], /evil/],
    ['an absolute path with ../', [{ name: '/../tmp/evil', content: 'x' }], /\.\.\/tmp/],
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
    ['overlayfs’s whiteout', [{ name: 'evil', type: 'character-device' }], /device 0:0/],
  ])('with %s is refused when it is unpacked, and by import as well', async ([, members, what]) => {
    const { at, name } = await layout(members);
    expectRefused(await loadAndRun(at, name), 125, what);
    const tar = join(sandbox.directory, 'evil.tar');
    writeFileSync(tar, await tarOf(...members));
    const imported = await sandbox.tsstep(['import', tar, 'evil']);
    expectRefused(imported.code === 0 ? await run('evil true') : imported, 125, what);
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
    const { at, name } = await layout(members);
    const result = await loadAndRun(at, name, 'cat /out/evil');
    if (result.code !== 0) expectRefused(result, 125, /out\/evil/);
    expect(readdirSync(victim)).toEqual([]);
  });

  it.for<[string, (blob: string) => void, RegExp]>([
    ['a changed byte', (blob) => flip(blob, 40), /digest|sha256/],
    ['its end cut off', (blob) => truncateSync(blob, 60), /size|digest|sha256|bytes/],
    ['no content at all', (blob) => truncateSync(blob, 0), /size|digest|sha256|bytes/],
  ])('with %s is refused by load, and nothing of it is kept', async ([, change, what]) => {
    const { at, name } = await layout([harmless], change);
    expectRefused(await sandbox.tsstep(['load', '-i', at]), 125, what);
    expectRefused(await run(`${name} true`), 125, new RegExp(name));
  });

  it('with a truncated gzip stream under the right digest is refused when it is unpacked', async () => {
    const at = join(sandbox.directory, `broken${archives++}`);
    const tar = await tarOf(harmless, { name: 'more', content: 'y'.repeat(100_000) });
    const whole = await layer(harmless, { name: 'more', content: 'y'.repeat(100_000) });
    const cut = { blob: gzipSync(tar).subarray(0, -30), diffId: whole.diffId };
    writeLayout(at, 'cut:1', [await layer(...rootfs()), cut]);
    expectRefused(await loadAndRun(at, 'cut:1'), 125, /gzip|end|truncated|damaged/i);
  });

  it('with another content than its diff_id says is refused', async () => {
    const at = join(sandbox.directory, `broken${archives++}`);
    const [one, two] = [await layer(harmless), await layer({ name: 'other', content: '' })];
    writeLayout(at, 'swapped:1', [await layer(...rootfs()), { blob: one.blob, diffId: two.diffId }]);
    expectRefused(await loadAndRun(at, 'swapped:1'), 125, /diff_id|digest|sha256/i);
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
    expectRefused(await sandbox.tsstep(['load', '-i', file]), 125, /text/);
    expectRefused(await sandbox.tsstep(['import', file, 'text']), 125, /text/);
    expectRefused(await sandbox.tsstep(['load', '-i', '/nowhere']), 125, /\/nowhere/);
  });

  it('is a root filesystem: load names import, whatever its links lead to', async () => {
    const file = join(sandbox.directory, 'rootfs.tar');
    const links: Member[] = [
      { name: 'bin/sh', type: 'symlink', linkname: '/bin/busybox' },
      { name: 'up', type: 'symlink', linkname: '../../etc' },
    ];
    writeFileSync(file, await tarOf(...links, harmless));
    expectRefused(await sandbox.tsstep(['load', '-i', file]), 125, /no image archive/, /tsstep import/);
  });

  it('has more layers than mount(2) takes options for: the real limit is named', async () => {
    const at = join(sandbox.directory, 'high');
    const layers = [await layer(...rootfs())];
    for (let number = 0; number < 260; number++)
      layers.push(await layer({ name: `f${number}`, content: `${number}` }));
    expectRefused(await loadAndRun(writeLayout(at, 'high:1', layers), 'high:1'), 125, /4095 bytes/, /import/);
  });
});

interface Index {
  manifests: { digest: string }[];
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
