import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadArchive } from '../../../core/image/archive/load.ts';
import { buildLab } from '../../../core/image/lab/lab.ts';
import { listImages } from '../../../core/image/store/list.ts';
import { resolveImage } from '../../../core/image/store/resolve.ts';
import { failure, tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { lacks, unpack } from './layers.ts';

describe('loadArchive', () => {
  /** `lab` as skopeo writes it, and its image ID. */
  async function archived(target: (folder: string) => string, ...options: string[]) {
    const root = temporaryRoot();
    const folder = temporaryRoot();
    const image = await buildLab(root, 'lab');
    execFileSync('skopeo', [
      '--insecure-policy',
      'copy',
      '-q',
      ...options,
      `oci:${root}/images:docker.io/library/lab:latest`,
      target(folder),
    ]);
    return { folder, image };
  }

  it.for<[string, (folder: string) => string, string, string]>([
    [
      'docker-archive',
      (folder: string) => `docker-archive:${folder}/a.tar:example.com/copied:1`,
      'a.tar',
      'example.com/copied:1',
    ],
    ['oci-archive', (folder: string) => `oci-archive:${folder}/copied.tar:1`, 'copied.tar', 'copied:1'],
    [
      'oci-archive with a whole name',
      (folder: string) => `oci-archive:${folder}/a.tar:team/copied:2`,
      'a.tar',
      'team/copied:2',
    ],
    ['OCI layout directory', (folder: string) => `oci:${folder}/copied:1`, 'copied', 'copied:1'],
  ])('loads a %s that skopeo wrote, with the same layers', async ([, target, file, name], { skip }) => {
    skip(lacks('skopeo'), 'skopeo is not installed');
    const { folder, image } = await archived(target);
    const root = temporaryRoot();
    expect(await loadArchive(root, join(folder, file))).toEqual([name]);
    const lookup = await resolveImage(root, name);
    if (!('found' in lookup)) throw new Error('not found');
    expect(lookup.found.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
    expect(lookup.found.config).toEqual(image.config);
    for (const layer of lookup.found.layers) await unpack(root, layer);
    expect(readdirSync(join(root, 'images/tmp'))).toEqual([]);
    expect(await listImages(root)).toMatchObject([
      { repository: name.split(':')[0], tag: name.split(':')[1], id: lookup.found.id },
    ]);
  });

  it('loads a gzip docker-archive', async ({ skip }) => {
    skip(lacks('skopeo'), 'skopeo is not installed');
    const { folder } = await archived((at) => `docker-archive:${at}/a.tar:copied:1`);
    execFileSync('gzip', [join(folder, 'a.tar')]);
    expect(await loadArchive(temporaryRoot(), join(folder, 'a.tar.gz'))).toEqual(['copied:1']);
  });

  it('loads a layout that umoci changed', async ({ skip }) => {
    skip(lacks('skopeo') || lacks('umoci'), 'skopeo or umoci is not installed');
    const { folder } = await archived((at) => `oci:${at}/layout:1`);
    execFileSync('umoci', [
      'config',
      '--image',
      `${folder}/layout:1`,
      '--tag',
      '2',
      '--config.user',
      'student',
    ]);
    const root = temporaryRoot();
    expect((await loadArchive(root, join(folder, 'layout'))).sort()).toEqual(['layout:1', 'layout:2']);
    expect(await resolveImage(root, 'layout:2')).toMatchObject({ found: { config: { User: 'student' } } });
  });

  it('refuses a layout with a changed blob, and loads nothing of it', async ({ skip }) => {
    skip(lacks('skopeo'), 'skopeo is not installed');
    const { folder, image } = await archived((at) => `oci:${at}/layout:1`);
    const layer = image.layers[0]?.digest.slice(7) ?? '';
    const path = join(folder, 'layout/blobs/sha256', layer);
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const root = temporaryRoot();
    expect(await failure(loadArchive(root, join(folder, 'layout')))).toMatchObject({
      code: 'bad-image',
      what: expect.stringContaining(layer),
    });
    expect(await listImages(root)).toEqual([]);
  });

  it('loads an old docker-archive in which layers are symlinks to each other', async () => {
    const rootfs = await tarOf({ name: 'hello', content: 'x' });
    const { createHash } = await import('node:crypto');
    const diffId = `sha256:${createHash('sha256').update(rootfs).digest('hex')}`;
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: null, Volumes: null },
      rootfs: { type: 'layers', diff_ids: [diffId, diffId] },
    });
    const folder = temporaryRoot();
    const file = join(folder, 'old.tar');
    const write = async (linkname: string) =>
      writeFileSync(
        file,
        await tarOf(
          { name: 'aa/', type: 'directory' },
          { name: 'aa/layer.tar', content: rootfs },
          { name: 'bb/layer.tar', type: 'symlink', linkname },
          { name: 'c.json', content: config },
          {
            name: 'manifest.json',
            content: JSON.stringify([
              { Config: 'c.json', RepoTags: ['old:1', 'old:2'], Layers: ['aa/layer.tar', 'bb/layer.tar'] },
            ]),
          },
        ),
      );
    await write('../aa/layer.tar');
    const root = temporaryRoot();
    expect(await loadArchive(root, file)).toEqual(['old:1', 'old:2']);
    // The second layer is the first one again, which overlayfs would refuse.
    expect(await resolveImage(root, 'old:2')).toMatchObject({ found: { layers: [{ diffId }] } });

    await write('../../../../../etc/shadow');
    expect(await failure(loadArchive(root, file))).toMatchObject({
      code: 'bad-image',
      why: expect.stringContaining('leads out'),
    });
    expect(readdirSync(join(root, 'images/tmp'))).toEqual([]);
  });

  it.each([
    ['traversal in the tar', async () => tarOf({ name: '../../evil', content: 'x' }), 'bad-image'],
    ['no image archive', async () => tarOf({ name: 'a', content: 'x' }), 'bad-image'],
    [
      'traversal in manifest.json',
      async () =>
        tarOf({
          name: 'manifest.json',
          content: '[{"Config":"../../etc/passwd","RepoTags":["a:1"],"Layers":[]}]',
        }),
      'bad-image',
    ],
    [
      'manifest.json of another shape',
      async () => tarOf({ name: 'manifest.json', content: '{"a":1}' }),
      'bad-image',
    ],
    ['no JSON', async () => tarOf({ name: 'manifest.json', content: 'hello' }), 'bad-image'],
    [
      'a name that is none',
      async () =>
        tarOf(
          { name: 'c', content: '{"rootfs":{"type":"layers","diff_ids":[]}}' },
          { name: 'manifest.json', content: '[{"Config":"c","RepoTags":["A:1"],"Layers":[]}]' },
        ),
      'bad-reference',
    ],
  ])('refuses %s', async (_, make, code) => {
    const file = join(temporaryRoot(), 'a.tar');
    writeFileSync(file, await make());
    expect((await failure(loadArchive(temporaryRoot(), file))).code).toBe(code);
  });

  it('says usage for a file that does not exist', async () => {
    expect(await failure(loadArchive(temporaryRoot(), '/nowhere.tar'))).toMatchObject({
      code: 'usage',
      errno: 'ENOENT',
    });
  });

  it('follows no symlink of a layout directory', async () => {
    const folder = temporaryRoot();
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    symlinkSync('/etc/passwd', join(folder, 'index.json'));
    expect(await failure(loadArchive(temporaryRoot(), folder))).toMatchObject({
      code: 'bad-image',
      what: expect.stringContaining('no image archive'),
    });
  });
});
