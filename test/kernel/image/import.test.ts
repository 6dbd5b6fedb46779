import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { importRootfs } from '../../../core/image/archive/import.ts';
import { listImages } from '../../../core/image/store/list.ts';
import { resolveImage } from '../../../core/image/store/resolve.ts';
import { failure, tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { unpack } from './layers.ts';

describe('importRootfs', () => {
  it.each([
    ['none', (tar: Buffer) => tar],
    ['gzip', (tar: Buffer) => gzipSync(tar)],
  ])('makes an image of a tar (%s) with --change', async (_, pack) => {
    const root = temporaryRoot();
    const file = join(temporaryRoot(), 'rootfs');
    writeFileSync(
      file,
      pack(await tarOf({ name: './', type: 'directory' }, { name: 'hello', content: 'x' })),
    );
    const changes = [
      'CMD ["/hello", "you"]',
      'ENV A=1 B="two words"',
      'env A=3',
      'WORKDIR /srv',
      'workdir sub',
      'USER 5:6',
      'ENTRYPOINT sh',
      'LABEL a=b',
      'EXPOSE 80 53/udp',
      'VOLUME /data',
    ];
    const id = await importRootfs(root, file, 'my/app', changes);
    const lookup = await resolveImage(root, 'my/app');
    if (!('found' in lookup)) throw new Error('not found');
    expect(lookup.found).toMatchObject({
      id,
      config: {
        Cmd: ['/hello', 'you'],
        Env: ['B=two words', 'A=3'],
        WorkingDir: '/srv/sub',
        User: '5:6',
        Entrypoint: ['/bin/sh', '-c', 'sh'],
        Labels: { a: 'b' },
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        Volumes: { '/data': {} },
      },
    });
    for (const layer of lookup.found.layers) await unpack(root, layer);
  });

  it('refuses an unsafe tar at once, and a change that it cannot understand', async () => {
    const root = temporaryRoot();
    const file = join(temporaryRoot(), 'rootfs');
    writeFileSync(file, await tarOf({ name: '../dev/null' }));
    expect(await failure(importRootfs(root, file, 'a', []))).toMatchObject({
      code: 'bad-image',
      what: expect.stringContaining('../dev/null'),
    });
    expect(await failure(importRootfs(root, file, 'a', ['RUN rm -rf /']))).toMatchObject({ code: 'usage' });
    expect(await listImages(root)).toEqual([]);
    expect(readdirSync(join(root, 'images/tmp'))).toEqual([]);
  });

  it('gives no name that says what the image’s digest is', async () => {
    const root = temporaryRoot();
    const file = join(temporaryRoot(), 'rootfs');
    writeFileSync(file, await tarOf({ name: 'a', content: '1' }));
    const name = `a@sha256:${'0'.repeat(64)}`;
    expect((await failure(importRootfs(root, file, name, []))).code).toBe('usage');
    expect(await listImages(root)).toEqual([]);
  });

  it('gives a name to the newest image, and keeps the old one without', async () => {
    const root = temporaryRoot();
    const file = join(temporaryRoot(), 'rootfs');
    writeFileSync(file, await tarOf({ name: 'a', content: '1' }));
    const old = await importRootfs(root, file, 'app', []);
    writeFileSync(file, await tarOf({ name: 'a', content: '2' }));
    const id = await importRootfs(root, file, 'app', []);
    expect(await resolveImage(root, 'app')).toMatchObject({ found: { id } });
    expect(await resolveImage(root, old)).toMatchObject({ found: { id: old } });
    expect((await listImages(root)).map(({ repository }) => repository ?? '<none>').sort()).toEqual([
      '<none>',
      'app',
    ]);
  });

  it('takes nothing that would become far larger than it is', async () => {
    vi.stubEnv('TSSTEP_LAYER_LIMIT', '1m');
    onTestFinished(() => void vi.unstubAllEnvs());
    const root = temporaryRoot();
    const file = join(temporaryRoot(), 'bomb');
    writeFileSync(file, gzipSync(await tarOf({ name: 'zeros', content: Buffer.alloc(2_000_000) })));
    expect(await failure(importRootfs(root, file, 'bomb', []))).toMatchObject({
      code: 'bad-image',
      remedy: expect.stringContaining('TSSTEP_LAYER_LIMIT'),
    });
    expect(readdirSync(join(root, 'images/tmp'))).toEqual([]);
    expect(await listImages(root)).toEqual([]);
  });
});
