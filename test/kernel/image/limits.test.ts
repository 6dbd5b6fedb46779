import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { failure, headerOf, layerOf, tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { unpack } from './layers.ts';

afterEach(() => {
  delete process.env['TSSTEP_LAYER_LIMIT'];
});

/** What unpacking a gzip layer of this tar fails with, and that nothing is left of it. */
async function refused(tar: Uint8Array) {
  const root = temporaryRoot();
  const layer = await layerOf(root, gzipSync(tar), tar);
  const told = await failure(unpack(root, layer));
  expect(existsSync(join(root, 'layers', layer.diffId.slice('sha256:'.length)))).toBe(false);
  for (const folder of ['partial', 'locks']) expect(readdirSync(join(root, 'layers', folder))).toEqual([]);
  return told;
}

describe('a layer that is small and becomes large', () => {
  it('is refused at a header that promises too much, before anything is written', async () => {
    const tar = Buffer.concat([await headerOf('bomb', 3 * 2 ** 30), Buffer.alloc(2 ** 20)]);
    const told = await refused(tar);
    expect(told).toMatchObject({ code: 'bad-image', exit: 125 });
    expect(told.why).toMatch(/more than 2g.*100 times/);
    expect(told.remedy).toContain('TSSTEP_LAYER_LIMIT=20g');
  });

  it('is refused when many entries together are too much, however they are compressed', async () => {
    process.env['TSSTEP_LAYER_LIMIT'] = '1m';
    const zeros = Array.from({ length: 9 }, (_, i) => ({ name: `f${i}`, content: Buffer.alloc(128 * 1024) }));
    expect((await refused(await tarOf(...zeros))).why).toContain('more than 1m');
  });

  it('is refused when it is empty files in endless number: each takes an inode', async () => {
    process.env['TSSTEP_LAYER_LIMIT'] = '1m';
    const names = Array.from({ length: 230 }, (_, i) => ({ name: `f${i}` }));
    expect((await refused(await tarOf(...names))).why).toContain('more than 1m');
  });

  it('is refused when what follows the end of its tar is too much', async () => {
    process.env['TSSTEP_LAYER_LIMIT'] = '1m';
    const tar = Buffer.concat([await tarOf({ name: 'a' }), Buffer.alloc(2 ** 21)]);
    expect((await refused(tar)).why).toContain('more than 1m');
  });

  it('is unpacked when somebody allows it, or it is below 2 GiB', async () => {
    const tar = await tarOf({ name: 'zeros', content: Buffer.alloc(2 ** 23) });
    const root = temporaryRoot();
    expect(await unpack(root, await layerOf(root, gzipSync(tar), tar))).toEqual({ files: 1, bytes: 2 ** 23 });
    process.env['TSSTEP_LAYER_LIMIT'] = 'much';
    const again = temporaryRoot();
    const told = await failure(unpack(again, await layerOf(again, tar)));
    expect(told).toMatchObject({ code: 'usage', why: expect.stringContaining('number') });
  });
});
