import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DigestMeter } from '../digest.ts';
import { layerTypes } from '../media-types.ts';
import type { LayerSource } from '../types.ts';
import { type Blob, writeBlob } from './blobs.ts';

/**
 * Compress a tar with gzip into the store, as it comes: memory does not grow with it. Errors of `tar` pass through, and nothing
 * is left then.
 * @param level of compression, 1 to 9
 * @param signal ends it early, with an AbortError
 */
export async function storeLayer(
  root: string,
  tar: AsyncIterable<Uint8Array>,
  level: number,
  signal?: AbortSignal,
): Promise<LayerSource> {
  const meter = new DigestMeter();
  async function* metered(): AsyncGenerator<Uint8Array> {
    for await (const chunk of tar) {
      meter.update(chunk);
      yield chunk;
    }
  }
  const writing: { blob?: Promise<Blob> } = {};
  const gzip = createGzip({ level, chunkSize: 256 * 1024 });
  const write = async (compressed: AsyncIterable<Uint8Array>) => {
    writing.blob = writeBlob(root, compressed);
    await writing.blob;
  };
  try {
    await pipeline(metered, gzip, write, ...(signal ? [{ signal }] : []));
  } finally {
    // A pipeline that fails does not wait for its end, which has a half-written file to remove.
    await writing.blob?.catch(() => undefined);
  }
  const blob = await writing.blob;
  if (!blob) throw new Error('a layer was packed and not written');
  return { ...blob, mediaType: layerTypes.gzip, diffId: meter.digest() };
}
