import { badImage } from '../broken.ts';
import { hexOf } from '../digest.ts';
import { type ImageDocuments, isIndex, readImage, readManifests } from '../manifest.ts';
import { localArchitecture, platformRank } from '../platform.ts';
import { canonicalName, parseReference } from '../reference.ts';
import { type Descriptor, indexSchema, parseJson } from '../schema.ts';
import { checkBlob } from '../store/blobs.ts';
import { storedName } from '../store/layout.ts';
import { type Archive, type ArchiveFile, readArchived } from './archive.ts';
import type { LoadedImage } from './loaded.ts';

/**
 * The images of an OCI layout (image-spec, image-layout.md), every blob verified.
 * @param repository for images that the layout gives only a tag
 * @throws `bad-image`
 */
export async function readLayout(archive: Archive, repository: string): Promise<LoadedImage[]> {
  const { manifests } = parseJson(
    indexSchema,
    await readArchived(archive, 'index.json'),
    'index.json of the archive',
  );
  const here = manifests.filter(({ platform }) => platformRank(platform) !== undefined);
  if (here.length === 0) throw badImage('the archive', `it has no image for linux/${localArchitecture()}`);
  const images: LoadedImage[] = [];
  for (const descriptor of here) images.push(await readOne(archive, descriptor, repository));
  return images;
}

async function readOne(archive: Archive, descriptor: Descriptor, repository: string): Promise<LoadedImage> {
  const name = nameOf(descriptor, repository);
  const what = `the image ${name ?? descriptor.digest} of the archive`;
  const read = (digest: string) => readArchived(archive, blobName(digest), digest);
  const documents = await readImage(read, descriptor, what);
  const blobs = await blobsOf(archive, documents);
  if (isIndex(descriptor)) {
    const index = await blob(archive, descriptor);
    blobs.set(descriptor.digest, index);
    // Archives may list platforms that they do not hold; what is complete is kept.
    for (const child of (await readManifests(read, descriptor, what)).manifests) {
      if (child.digest === documents.descriptor.digest || !(await archive.find(blobName(child.digest))))
        continue;
      blobs.set(child.digest, await blob(archive, child));
    }
  }
  return { descriptor, id: documents.manifest.config.digest, names: name === undefined ? [] : [name], blobs };
}

async function blobsOf(
  archive: Archive,
  { descriptor, manifest }: ImageDocuments,
): Promise<Map<string, ArchiveFile>> {
  const blobs = new Map<string, ArchiveFile>();
  for (const one of [descriptor, manifest.config, ...manifest.layers])
    blobs.set(one.digest, await blob(archive, one));
  return blobs;
}

async function blob(archive: Archive, { digest, size }: Descriptor): Promise<ArchiveFile> {
  const file = await archive.find(blobName(digest));
  if (!file) throw badImage(`the blob ${digest} is missing from the archive`, 'the image names it');
  checkBlob(digest, size, file);
  return file;
}

function blobName(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

// `org.opencontainers.image.ref.name` is a tag for skopeo and umoci (`oci:DIR:TAG`), a whole name for others.
function nameOf(descriptor: Descriptor, repository: string): string | undefined {
  const name = storedName(descriptor);
  if (name === undefined) return undefined;
  const whole = /[/:@]/.test(name) ? name : `${repository}:${name}`;
  const { host, path, tag } = parseReference(whole);
  return canonicalName({ host, path, tag: tag ?? 'latest' });
}
