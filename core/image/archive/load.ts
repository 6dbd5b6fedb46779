import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { TsstepError } from '../../errors.ts';
import { errnoOf } from '../../kernel/errno.ts';
import { badImage } from '../broken.ts';
import { familiarName, parseReference } from '../reference.ts';
import { adoptBlob, hasBlob, writeBlob } from '../store/blobs.ts';
import { holding } from '../store/hold.ts';
import { recordImage } from '../store/layout.ts';
import { temporaryPath } from '../store/temporary.ts';
import { decompress } from '../unpack/decompress.ts';
import { type Archive, directoryArchive, spoolArchive } from './archive.ts';
import { readDockerArchive } from './docker-archive.ts';
import { readLayout } from './layout-archive.ts';
import type { LoadedBlob, LoadedImage } from './loaded.ts';

/**
 * Load the images of an OCI layout (a directory or a tar) or of a `docker save` archive; tars may be gzip or zstd.
 * @param file `-`: standard input
 * @returns the names as docker prints them; the image ID of one without a name
 * @throws `bad-image`, and nothing is loaded then; `usage` when the file cannot be read.
 */
export async function loadArchive(root: string, file: string): Promise<string[]> {
  return await holding(root, () => load(root, file));
}

async function load(root: string, file: string): Promise<string[]> {
  if (file !== '-' && isDirectory(file)) return keep(root, await readArchive(directoryArchive(file), file));
  const folder = temporaryPath(root);
  mkdirSync(folder, { mode: 0o700 });
  try {
    const what = file === '-' ? 'the archive on standard input' : `the archive ${file}`;
    const archive = await spoolArchive(decompress(openInput(file), what), folder, what);
    return await keep(root, await readArchive(archive, file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file, or standard input for `-`, as a stream. @throws `usage` when it cannot be read. */
export async function* openInput(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  } catch (error) {
    throw errnoOf(error) === undefined ? error : unreadable(file, error);
  }
}

async function readArchive(archive: Archive, file: string): Promise<LoadedImage[]> {
  // `docker save` writes both formats since 25; the layout keeps digests as they are in the registry.
  if ((await archive.find('oci-layout')) && (await archive.find('index.json')))
    return readLayout(archive, repositoryOf(file));
  if (await archive.find('manifest.json')) return readDockerArchive(archive);
  throw badImage(
    `${file} is no image archive`,
    'it has neither index.json of an OCI layout nor manifest.json of `docker save`',
    'for a root filesystem as a tar (`docker export`) use `tsstep import FILE NAME`',
  );
}

async function keep(root: string, images: readonly LoadedImage[]): Promise<string[]> {
  for (const { blobs } of images) for (const [digest, blob] of blobs) await keepBlob(root, digest, blob);
  const loaded: string[] = [];
  for (const { descriptor, id, names } of images) {
    if (names.length === 0) await recordImage(root, descriptor);
    for (const name of names) await recordImage(root, descriptor, name);
    loaded.push(...(names.length === 0 ? [id] : names.map((name) => familiarName(parseReference(name)))));
  }
  return loaded;
}

async function keepBlob(root: string, digest: string, blob: LoadedBlob): Promise<void> {
  if (Buffer.isBuffer(blob)) await writeBlob(root, [blob], { digest });
  else if (hasBlob(root, digest, blob.size)) return;
  else if (blob.ours) adoptBlob(root, blob.path, digest);
  else await writeBlob(root, createReadStream(blob.path), blob);
}

/** What an image is called that an archive gives only a tag: `/tmp/My Image.tar.gz` is `my-image`. */
function repositoryOf(file: string): string {
  const stem = basename(file).replace(/(\.(tar|oci|tgz|gz|zst|zstd))+$/i, '');
  return (
    stem
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'loaded'
  );
}

function isDirectory(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): TsstepError {
  const errno = errnoOf(error);
  return new TsstepError({
    code: 'usage',
    what: `the file ${file} cannot be read`,
    why: error instanceof Error ? error.message : String(error),
    remedy: 'name a file that exists, or `-` for standard input',
    ...(errno === undefined ? {} : { errno }),
  });
}
