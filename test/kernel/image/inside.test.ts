/** What is said to be in an image is compared with what overlayfs shows of it, and what was said before and after unpacking. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadArchive } from '../../../core/image/archive/load.ts';
import { lookInside } from '../../../core/image/inside/index.ts';
import { fileContent } from '../../../core/image/inside/source.ts';
import type { ImageInside } from '../../../core/image/inside/types.ts';
import { fileHistory } from '../../../core/image/inside/versions.ts';
import { blobPath } from '../../../core/image/store/blobs.ts';
import { resolveImage } from '../../../core/image/store/resolve.ts';
import type { ResolvedImage } from '../../../core/image/types.ts';
import { imageJson } from '../../../stepper/layers/json.ts';
import { type BuildStep, build, folder, steps } from '../../unit/image/inside/images.ts';
import { failure, temporaryRoot } from '../../unit/image/tars.ts';
import { lacks, mounted } from './layers.ts';

async function resolved(root: string, name: string): Promise<ResolvedImage> {
  const lookup = await resolveImage(root, name);
  if ('found' in lookup) return lookup.found;
  throw new Error(`${name} is not there`);
}

function typeOf(stat: Stats): string {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character-device';
  return stat.isBlockDevice() ? 'block-device' : 'file';
}

/** Every path below `directory`, with type, permissions, owner, and size or target. */
function seenBelow(directory: string, path = ''): string[] {
  return readdirSync(join(directory, path))
    .sort()
    .flatMap((name) => {
      const at = join(path, name);
      const stat = lstatSync(join(directory, at));
      const type = typeOf(stat);
      const more = type === 'symlink' ? readlinkSync(join(directory, at)) : type === 'file' ? stat.size : '';
      const line = `${at} ${type} ${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid} ${more}`;
      return [line, ...(stat.isDirectory() ? seenBelow(directory, at) : [])];
    });
}

/** The same of what layers are said to have, and no lower layer’s. */
function saidToBeSeen({ layers, seen }: ImageInside): string[] {
  const paths = new Set(layers.flatMap(({ changes }) => changes.map(({ path }) => path)));
  return [...paths].flatMap((path) => {
    const file = seen(path)?.file;
    if (!file) return [];
    const more = file.type === 'symlink' ? file.target : file.type === 'file' ? file.size : '';
    return [`${path} ${file.type} ${file.mode.toString(8)} ${file.uid}:${file.gid} ${more}`];
  });
}

/** Besides the usual: whiteouts of what comes again, implied directories, a symlink in the way, types that change. */
const tricky: readonly BuildStep[] = [
  ...steps,
  {
    created_by: 'RUN',
    members: [
      { name: 'srv/.wh.a' },
      folder('srv/a', { mode: 0o711 }),
      { name: 'srv/a/inside', content: 'i' },
      { name: 'etc/motd/now/a/directory', content: 'd' },
      { name: 'lib/through', content: 't' },
      { name: 'opt', type: 'symlink', linkname: 'srv' },
      { name: 'new/.wh.nothing' },
      { name: 'new/link', type: 'link', linkname: 'srv/a/inside' },
    ],
  },
  {
    created_by: 'RUN',
    members: [
      { name: 'lib2', type: 'symlink', linkname: 'var/cache' },
      folder('var'),
      folder('var/cache', { mode: 0o700 }),
      { name: 'lib2/two', content: 'TWO\n' },
      { name: 'var/cache/.wh.one' },
      { name: '.wh.new' },
      folder('new'),
      { name: 'new/again', content: 'a' },
      { name: 'new/null', type: 'character-device', devmajor: 1, devminor: 3 },
      { name: 'new/disk', type: 'block-device', devmajor: 259, devminor: 70000 },
    ],
  },
];

describe('an image that is looked into', () => {
  it('has what overlayfs shows of it, and says the same before and after unpacking', async () => {
    const root = temporaryRoot();
    const image = await build(root, 'app:1', tricky);
    const before = await lookInside(root, image);
    const merged = await mounted(root, image);
    expect(saidToBeSeen(before).sort()).toEqual(seenBelow(merged).sort());

    const after = await lookInside(root, await resolved(root, 'app:1'));
    const said = (inside: ImageInside) =>
      JSON.parse(
        JSON.stringify(imageJson(inside, true), (key, value) => (key === 'directory' ? undefined : value)),
      );
    expect(after.layers.every(({ layer }) => layer.unpacked)).toBe(true);
    expect(said(after)).toEqual(said(before));
  });

  it('has content of each version, from blobs alone and from directories alone', async () => {
    const root = temporaryRoot();
    const image = await build(root, 'app:1', steps);
    const motds = async () => {
      const inside = await lookInside(root, await resolved(root, 'app:1'));
      const texts: string[] = [];
      for (const { layer, change } of fileHistory(inside, '/etc/motd').versions) {
        const source = inside.layers[layer - 1]?.layer;
        const chunks: Uint8Array[] = [];
        if (source)
          for await (const chunk of fileContent(root, source, change.path, change.file)) chunks.push(chunk);
        texts.push(Buffer.concat(chunks).toString());
      }
      return { texts, how: inside.waste.map(({ path, how }) => `${path} ${how}`) };
    };
    const packed = await motds();
    expect(packed).toEqual({
      texts: ['hello\n', 'hello\ntwo\n'],
      how: [
        'opt/big copied',
        'var/cache/one removed',
        'etc/motd replaced',
        'etc/old.conf removed',
        'srv/deep/c removed',
        'srv/deep/b removed',
      ],
    });
    await mounted(root, image);
    for (const { digest } of image.layers) rmSync(blobPath(root, digest));
    expect(await motds()).toEqual(packed);
  });

  it('may have paths that are too long for the host, behind its own directories', async () => {
    const root = temporaryRoot();
    // Node's own rm names whole paths.
    onTestFinished(() => void execFileSync('rm', ['-rf', join(root, 'layers')]));
    const long = `${'x'.repeat(250)}/`.repeat(16);
    const image = await build(root, 'app:1', [
      { created_by: 'RUN', members: [{ name: `${long}f`, content: 'deep' }] },
    ]);
    await mounted(root, image);
    const inside = await lookInside(root, await resolved(root, 'app:1'));
    expect(inside.layers[0]).toMatchObject({ bytes: 4, layer: { unpacked: true } });
    expect(inside.seen(`${long}f`)?.file.size).toBe(4);
  });

  it('is refused when a layer is damaged', async () => {
    const root = temporaryRoot();
    const image = await build(root, 'app:1', steps);
    rmSync(blobPath(root, image.layers[1]?.digest ?? ''));
    expect((await failure(lookInside(root, image))).code).toBe('bad-image');
  });

  it('shows what umoci was told to do', async ({ skip }) => {
    skip(lacks('umoci'), 'umoci is not installed');
    const root = temporaryRoot();
    const layout = join(root, 'layout');
    const umoci = (...argv: string[]) => execFileSync('umoci', argv, { stdio: 'pipe' });
    umoci('init', '--layout', layout);
    umoci('new', '--image', `${layout}:app`);
    const changes = [
      'mkdir -p data; echo one > data/a; echo keep > data/b; ln data/b data/c; mkdir tmp; chmod 1777 tmp',
      'rm data/a; chown 5:5 data/b; echo new > data/d',
      'rm -r data; echo last > e',
    ];
    for (const [index, change] of changes.entries()) {
      const bundle = join(root, `bundle-${index}`);
      umoci('unpack', '--image', `${layout}:app`, bundle);
      execFileSync('sh', ['-ec', change], { cwd: join(bundle, 'rootfs') });
      umoci('repack', '--image', `${layout}:app`, '--history.created_by', `RUN ${change}`, bundle);
    }
    const [name = ''] = await loadArchive(root, layout);
    const { layers } = await lookInside(root, await resolved(root, name));
    expect(layers.map(({ instruction }) => instruction)).toEqual(changes.map((change) => `RUN ${change}`));
    expect(layers.map(({ changes }) => changes.map(({ kind, path }) => `${kind} ${path}`))).toEqual([
      ['added data', 'added data/a', 'added data/b', 'added data/c', 'added tmp'],
      ['removed data/a', 'changed data/b', 'changed data/c', 'added data/d'],
      ['removed data', 'removed data/b', 'removed data/c', 'removed data/d', 'added e'],
    ]);
    expect(layers.map(({ bytes, wasted }) => [bytes, wasted])).toEqual([
      [9, 9],
      [9, 9],
      [5, 0],
    ]);
  });
});
