import { open } from 'node:fs/promises';
import { badImage } from '../broken.ts';
import { digestOf } from '../digest.ts';
import { configType, layerTypes, manifestType } from '../media-types.ts';
import { canonicalName, parseReference } from '../reference.ts';
import { configSchema, type DockerArchive, dockerArchiveSchema, parseJson } from '../schema.ts';
import { type Compression, detectCompression } from '../unpack/decompress.ts';
import { type Archive, type ArchiveFile, readArchived } from './archive.ts';
import type { LoadedBlob, LoadedImage } from './loaded.ts';

/**
 * The images of a `docker save` archive, each with the manifest that the format does not have.
 * @throws `bad-image`
 */
export async function readDockerArchive(archive: Archive): Promise<LoadedImage[]> {
  const items = parseJson(
    dockerArchiveSchema,
    await readArchived(archive, 'manifest.json'),
    'manifest.json of the archive',
  );
  if (items.length === 0) throw badImage('the archive', 'its manifest.json lists no image');
  const images: LoadedImage[] = [];
  for (const item of items) images.push(await readOne(archive, item));
  return images;
}

async function readOne(archive: Archive, item: DockerArchive[number]): Promise<LoadedImage> {
  const names = (item.RepoTags ?? []).map((tag) => canonicalName(parseReference(tag)));
  const what = `the image ${item.RepoTags?.[0] ?? item.Config} of the archive`;
  const config = await readArchived(archive, item.Config);
  const diffIds = parseJson(configSchema, config, `the configuration of ${what}`).rootfs.diff_ids ?? [];
  const paths = item.Layers ?? [];
  if (diffIds.length !== paths.length) {
    throw badImage(
      what,
      `its manifest.json has ${paths.length} layers and its configuration ${diffIds.length} diff ids`,
    );
  }
  const blobs = new Map<string, LoadedBlob>();
  const layers: { mediaType: string; digest: string; size: number }[] = [];
  for (const [index, path] of paths.entries()) {
    const { file, compression } = await layer(archive, path, what);
    if (compression === 'none' && file.digest !== diffIds[index]) {
      throw badImage(
        `the layer ${path} of the archive is damaged`,
        `its sha256 is ${file.digest} and should be ${diffIds[index]}`,
      );
    }
    blobs.set(file.digest, file);
    layers.push({ mediaType: layerTypes[compression], digest: file.digest, size: file.size });
  }
  const id = digestOf(config);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, digest: id, size: config.length },
      layers,
    }),
  );
  const digest = digestOf(manifest);
  blobs.set(id, config).set(digest, manifest);
  return { descriptor: { mediaType: manifestType, digest, size: manifest.length }, id, names, blobs };
}

async function layer(
  archive: Archive,
  path: string,
  what: string,
): Promise<{ file: ArchiveFile; compression: Compression }> {
  const file = await archive.find(path);
  if (!file) throw badImage(what, `its layer ${path} is missing from the archive`);
  const handle = await open(file.path, 'r');
  try {
    const head = Buffer.alloc(Math.min(512, file.size));
    await handle.read(head, 0, head.length, 0);
    const compression = detectCompression(head);
    if (compression === undefined)
      throw badImage(what, `its layer ${path} is neither a tar nor compressed with gzip or zstd`);
    return { file, compression };
  } finally {
    await handle.close();
  }
}
