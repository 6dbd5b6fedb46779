import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { TsstepError } from '../errors.ts';
import { errnoOf } from '../kernel/errno.ts';
import { shortLayer } from '../paths.ts';
import { streamBlob, verifyBlob } from './blobs.ts';
import { badImage } from './broken.ts';
import { decompress } from './decompress.ts';
import { checkEntry, unsafeEntry } from './entry.ts';
import { LayerTree } from './layer-tree.ts';
import { tarEntries } from './tar.ts';
import type { LayerSource, Progress } from './types.ts';
import { whiteoutOf } from './whiteout.ts';

export interface UnpackRequest {
  layer: LayerSource;
  /** The layer's final directory: `<root>/layers/<hex of the diff id>`. */
  to: string;
  /** Where it is filled before it is complete: on the same file system, used by nobody else. Replaced when it exists. */
  partial: string;
}

export interface Unpacked {
  /** Entries of the tar, whiteouts included. */
  files: number;
  /** Bytes of the files' content. */
  bytes: number;
}

/**
 * Verify a layer's blob, decompress it, extract it the way overlayfs wants it, verify the diff id, and publish it under its
 * final name (image-spec, layer.md). Somebody else who was faster is not an error: the content is the same.
 * @param onProgress told about bytes of the blob
 * @throws `bad-image` for everything that is damaged or unsafe, `syscall` when the host cannot take it; `partial` is gone then.
 */
export async function unpackLayer(
  root: string,
  { layer, to, partial }: UnpackRequest,
  onProgress?: Progress,
): Promise<Unpacked> {
  if (existsSync(to)) {
    linkLayer(to);
    return { files: 0, bytes: 0 };
  }
  // Before anything else, so that no byte reaches a decoder that somebody changed.
  await verifyBlob(root, layer);
  rmSync(partial, { recursive: true, force: true });
  try {
    const unpacked = await extract(root, layer, partial, onProgress);
    publish(partial, to);
    return unpacked;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function extract(
  root: string,
  layer: LayerSource,
  partial: string,
  onProgress: Progress | undefined,
): Promise<Unpacked> {
  const what = `the layer ${layer.digest}`;
  const hash = createHash('sha256');
  const tar = hashing(
    decompress(reporting(streamBlob(root, layer.digest), layer.size, onProgress), what),
    hash,
  );
  const tree = new LayerTree(partial);
  const unpacked = { files: 0, bytes: 0 };
  try {
    for await (const { header, content } of tarEntries(tar, what)) {
      const entry = checkEntry(header);
      try {
        const whiteout = whiteoutOf(entry.path);
        if (whiteout) tree.hide(whiteout);
        else await tree.add(entry, content);
      } catch (error) {
        throw explain(error, header.name);
      }
      unpacked.files += 1;
      if (entry.type === 'file') unpacked.bytes += entry.size;
    }
    tree.finish();
  } finally {
    tree.close();
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== layer.diffId) {
    throw badImage(
      what,
      `its content is not what the image’s configuration says: diff id ${actual} instead of ${layer.diffId}`,
    );
  }
  return unpacked;
}

/** rename(2) onto a directory that has files fails: then the winner's copy is used. The link comes last: it says that all is there. */
function publish(partial: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  try {
    renameSync(partial, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
  }
  linkLayer(to);
}

/** `l/0123456789ab` -> `../0123456789ab…` */
function linkLayer(directory: string): void {
  const name = basename(directory);
  const link = shortLayer(directory);
  mkdirSync(dirname(link), { recursive: true });
  try {
    symlinkSync(`../${name}`, link);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    if (readlinkSync(link) !== `../${name}`) {
      throw badImage(
        `the layer ${name}`,
        `its short name ${link} belongs to another layer, ${readlinkSync(link)}`,
      );
    }
  }
}

async function* hashing(
  source: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* reporting(
  source: AsyncIterable<Uint8Array>,
  total: number,
  onProgress: Progress | undefined,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of source) {
    yield chunk;
    done += chunk.length;
    onProgress?.(done, total);
  }
}

// These come from what the layer contains; all others are the host's.
const layerErrnos: Readonly<Record<string, string>> = {
  ENOTDIR: 'a directory on its path is a file in this layer',
  EEXIST: 'a directory on its path is a file in this layer',
  ELOOP: 'a directory on its path is a symlink that leads back to itself',
  ENAMETOOLONG: 'its path is longer than Linux allows',
  EXDEV: 'its path leads out of the layer',
};

function explain(error: unknown, name: string): unknown {
  if (error instanceof TsstepError) return error;
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const why = layerErrnos[errno];
  if (why !== undefined) return unsafeEntry(name, `${why} (${errno})`);
  return new TsstepError({
    code: 'syscall',
    what: `unpacking ${JSON.stringify(name)}`,
    why: error instanceof Error ? error.message : String(error),
    remedy:
      errno === 'ENOSPC' || errno === 'EDQUOT'
        ? 'free some disk space'
        : 'tsstep unpacks layers as root, on a file system like ext4 or xfs and not on another overlay: TSSTEP_ROOT=/some/where',
    errno,
  });
}
