import { createReadStream, rmSync } from 'node:fs';
import { badImage } from '../broken.ts';
import { applyChanges } from '../changes.ts';
import { DigestMeter } from '../digest.ts';
import { layerTypes } from '../media-types.ts';
import { localArchitecture } from '../platform.ts';
import { nameToGive } from '../reference.ts';
import { adoptBlob, writeMeasured } from '../store/blobs.ts';
import { createImage } from '../store/create.ts';
import { holding } from '../store/hold.ts';
import { temporaryPath } from '../store/temporary.ts';
import { tarEntries } from '../tar/tar.ts';
import type { ImageConfig, LayerSource } from '../types.ts';
import { decompress, detectCompression } from '../unpack/decompress.ts';
import { checkEntry } from '../unpack/entry.ts';
import { UnpackLimit } from '../unpack/unpack-limit.ts';
import { openInput } from './load.ts';

/**
 * Make an image with one layer of a root filesystem's tar (plain, gzip or zstd), as `docker import` does.
 * @param file `-`: standard input
 * @param reference undefined: the image gets no name
 * @param changes Dockerfile instructions: `CMD ["/bin/sh"]`
 * @returns the image ID
 * @throws `bad-image`, `bad-reference`, `usage`
 */
export async function importRootfs(
  root: string,
  file: string,
  reference: string | undefined,
  changes: readonly string[],
): Promise<string> {
  // What a person typed is checked before gigabytes are read.
  const config = applyChanges({}, changes);
  const name = reference === undefined ? undefined : nameToGive(reference);
  return await holding(root, () => importAs(root, file, name, config));
}

async function importAs(
  root: string,
  file: string,
  name: string | undefined,
  config: ImageConfig,
): Promise<string> {
  const from = file === '-' ? 'standard input' : file;
  const path = temporaryPath(root);
  try {
    const blob = await writeMeasured(path, openInput(file));
    const layer: LayerSource = { ...blob, ...(await inspect(path, blob.size, `the tar ${from}`)) };
    adoptBlob(root, path, blob.digest);
    const created = new Date().toISOString();
    return await createImage(
      root,
      {
        created,
        architecture: localArchitecture(),
        config,
        layers: [layer],
        history: [{ created, created_by: '', comment: `Imported from ${from}` }],
      },
      name,
    );
  } finally {
    rmSync(path, { force: true });
  }
}

/** Reads the whole tar once: an unsafe or damaged one fails here and not when it is run. */
async function inspect(
  path: string,
  size: number,
  what: string,
): Promise<Pick<LayerSource, 'mediaType' | 'diffId'>> {
  const meter = new DigestMeter();
  const limit = new UnpackLimit(size, what);
  async function* metered(): AsyncGenerator<Uint8Array> {
    for await (const chunk of decompress(createReadStream(path, { highWaterMark: 256 * 1024 }), what)) {
      meter.update(chunk);
      limit.spend(chunk.length);
      yield chunk;
    }
  }
  let entries = 0;
  for await (const { header } of tarEntries(metered(), what)) {
    const entry = checkEntry(header);
    limit.spendEntry(entry.size, entry.sparse?.segments.length);
    entries += 1;
  }
  if (entries === 0) throw badImage(what, 'it has no files');
  return { mediaType: layerTypes[await compressionOf(path)], diffId: meter.digest() };
}

async function compressionOf(path: string) {
  for await (const head of createReadStream(path, { end: 511 }))
    return detectCompression(head as Buffer) ?? 'none';
  return 'none';
}
