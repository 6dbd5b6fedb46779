import { describe, expect, it } from 'vitest';
import { decompress } from '../../../core/image/unpack/decompress.ts';
import { chunked, failure } from './tars.ts';

const MiB = 2 ** 20;
const magic = Buffer.from('28b52ffd', 'hex');

/** A block of type RLE: one byte, `size` times (RFC 8878, 3.1.1.2). */
function rle(size: number, last = false): Buffer {
  const block = Buffer.alloc(4);
  block.writeUIntLE((size << 3) | (1 << 1) | (last ? 1 : 0), 0, 3);
  return block;
}

/** Frames with a window of `2^(10 + exponent)` bytes, or of one segment with `size` bytes. */
const windowed = (exponent: number) => Buffer.concat([magic, Buffer.from([0, exponent << 3])]);
function single(size: bigint): Buffer {
  const field = Buffer.alloc(8);
  field.writeBigUInt64LE(size);
  return Buffer.concat([magic, Buffer.from([0xe0]), field]);
}

async function largestChunk(bytes: Uint8Array): Promise<{ largest: number; all: number }> {
  let [largest, all] = [0, 0];
  for await (const chunk of decompress(chunked(bytes, bytes.length), 'the layer')) {
    largest = Math.max(largest, chunk.length);
    all += chunk.length;
  }
  return { largest, all };
}

describe('zstd', () => {
  it('that grows by 32768:1 is never in memory as a whole', async () => {
    const blocks = Array.from({ length: 800 }, (_, at) => rle(128 * 1024, at === 799));
    const { largest, all } = await largestChunk(Buffer.concat([windowed(10), ...blocks, Buffer.alloc(0)]));
    expect(all).toBe(100 * MiB);
    expect(largest).toBeLessThanOrEqual(MiB);
  });

  it.each([
    ['a window of 256 MiB', Buffer.concat([windowed(18), rle(600, true)])],
    ['a segment of 1 TiB', Buffer.concat([single(2n ** 40n), rle(600, true)])],
    [
      'a window of 256 MiB in its second frame',
      Buffer.concat([windowed(10), rle(600, true), windowed(18), rle(600, true)]),
    ],
  ])('that wants %s is refused before it has it', async (_, bytes) => {
    const told = await failure(largestChunk(bytes));
    expect(told).toMatchObject({ code: 'bad-image', what: 'the layer' });
    expect(told.why).toContain('134217728 are the limit');
  });

  it.each([
    ['in its first header', windowed(10).subarray(0, 5), /truncated/],
    ['in a block', Buffer.concat([windowed(10), rle(600)]), /truncated/],
    ['in a skippable frame', Buffer.from('502a4d18ff000000', 'hex'), /truncated/],
  ])('that ends %s is refused as truncated', async (_, bytes, why) => {
    expect((await failure(largestChunk(bytes))).why).toMatch(why);
  });

  it('with something behind its last frame is refused', async () => {
    const bytes = Buffer.concat([windowed(10), rle(600, true), Buffer.from('garbage')]);
    expect((await failure(largestChunk(bytes))).why).toContain('no frame');
  });
});
