import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Blob, writeBlob } from './blobs.ts';
import { DigestMeter } from './digest.ts';
import { layerTypes } from './media-types.ts';
import type { LayerSource } from './types.ts';

/**
 * Compress a tar with gzip into the store, as it comes: memory does not grow with it. Errors of `tar` pass through, and nothing
 * is left then.
 * @param level of compression, 1 to 9
 */
export async function storeLayer(
  root: string,
  tar: AsyncIterable<Uint8Array>,
  level: number,
): Promise<LayerSource> {
  const meter = new DigestMeter();
  async function* metered(): AsyncGenerator<Uint8Array> {
    for await (const chunk of tar) {
      meter.update(chunk);
      yield chunk;
    }
  }
  let blob: Blob | undefined;
  await pipeline(metered, createGzip({ level, chunkSize: 256 * 1024 }), async (compressed) => {
    blob = await writeBlob(root, compressed as AsyncIterable<Uint8Array>);
  });
  if (!blob) throw new Error('a layer was written and has no digest');
  return { ...blob, mediaType: layerTypes.gzip, diffId: meter.digest() };
}
