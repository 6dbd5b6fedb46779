import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../../core/image/unpack/decompress.ts';
import { chunked, failure, tarOf } from './tars.ts';

const tar = await tarOf({ name: 'a', content: 'x'.repeat(300_000) }, { name: 'b', content: 'y' });

async function plain(bytes: Uint8Array): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(chunked(bytes, 1000), 'the layer')) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function zstd(bytes: Uint8Array): Buffer | undefined {
  try {
    return execFileSync('zstd', ['-q', '-c'], { input: bytes });
  } catch {
    return undefined;
  }
}

describe('decompress', () => {
  it('passes a plain tar through', async () => {
    expect((await plain(tar)).equals(tar)).toBe(true);
  });

  it('reads gzip of one and of several members', async () => {
    expect((await plain(gzipSync(tar))).equals(tar)).toBe(true);
    const members = Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))]);
    expect((await plain(members)).equals(tar)).toBe(true);
  });

  it('reads zstd, of several frames and after a skippable one, and tells a truncated one', async ({
    skip,
  }) => {
    const packed = zstd(tar);
    if (!packed) return skip('the zstd tool is not installed');
    expect((await plain(packed)).equals(tar)).toBe(true);
    const [first, second] = [zstd(tar.subarray(0, 5000)), zstd(tar.subarray(5000))];
    expect((await plain(Buffer.concat([first ?? packed, second ?? packed]))).equals(tar)).toBe(true);
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    expect((await plain(Buffer.concat([skippable, packed]))).equals(tar)).toBe(true);
    expect(await failure(plain(packed.subarray(0, -5)))).toMatchObject({
      code: 'bad-image',
      why: /truncated/,
    });
  });

  it.each([
    ['gzip that ends too early', gzipSync(tar).subarray(0, -20), /truncated/],
    ['gzip with a flipped byte', Buffer.from(gzipSync(tar)).fill(0xff, 30, 40), /damaged/],
    ['xz', Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(600, 1)]), /neither a tar nor/],
    ['nothing', Buffer.alloc(0), /empty/],
    ['text', Buffer.from('hello'), /neither a tar nor/],
  ])('refuses %s as bad-image', async (_, bytes, why) => {
    const { code, why: told } = await failure(plain(bytes));
    expect(code).toBe('bad-image');
    expect(told).toMatch(why);
  });
});
