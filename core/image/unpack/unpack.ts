import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TsstepError } from '../../errors.ts';
import { errnoOf } from '../../kernel/errno.ts';
import { syncFileSystem } from '../../kernel/fs.ts';
import { shortLayer } from '../../paths.ts';
import { badImage } from '../broken.ts';
import { DigestMeter } from '../digest.ts';
import { checkBlob, streamBlob, verifyBlob } from '../store/blobs.ts';
import { type TarEntry, tarEntries } from '../tar/tar.ts';
import type { LayerSource, Progress } from '../types.ts';
import { decompress } from './decompress.ts';
import { checkEntry, unsafeEntry } from './entry.ts';
import { withLayerLock } from './layer-lock.ts';
import { LayerTree } from './layer-tree.ts';
import { UnpackLimit } from './unpack-limit.ts';
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
 * Decompress a layer's blob, extract it the way overlayfs wants it, verify blob and diff id, and publish it under its final name
 * (image-spec, layer.md). Whoever wants the same layer meanwhile waits, and finds it done.
 * @param onProgress told about bytes of the blob
 * @throws `bad-image` for everything that is damaged or unsafe, `syscall` when the host cannot take it; `partial` is gone then.
 */
export async function unpackLayer(
  root: string,
  { layer, to, partial }: UnpackRequest,
  onProgress?: Progress,
): Promise<Unpacked> {
  return await withLayerLock(to, async () => {
    if (existsSync(to)) {
      linkLayer(to);
      return { files: 0, bytes: 0 };
    }
    removeAbandoned(partial, to);
    try {
      const unpacked = await verified(root, layer, () => extract(root, layer, partial, onProgress));
      await publish(partial, to);
      return unpacked;
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  });
}

/** What a killed run left of the same layer, `<run>-<link>`: with the lock held, nobody is at work on it. */
function removeAbandoned(partial: string, to: string): void {
  const folder = dirname(partial);
  const link = basename(shortLayer(to));
  const left = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(`-${link}`)) : [];
  for (const name of [...left, basename(partial)])
    rmSync(join(folder, name), { recursive: true, force: true });
}

/**
 * The blob was verified when it came into the store, and is again while it is read. If it has changed since, a decoder may
 * stumble first: then the whole blob is looked at, to tell a damaged disk from a damaged image.
 */
async function verified<T>(root: string, layer: LayerSource, extracting: () => Promise<T>): Promise<T> {
  try {
    return await extracting();
  } catch (error) {
    if (error instanceof TsstepError && error.failure.code === 'bad-image') await verifyBlob(root, layer);
    throw error;
  }
}

async function extract(
  root: string,
  layer: LayerSource,
  partial: string,
  onProgress: Progress | undefined,
): Promise<Unpacked> {
  const what = `the layer ${layer.digest}`;
  const limit = new UnpackLimit(layer.size, what);
  const blob = new DigestMeter();
  const content = new DigestMeter();
  const packed = watching(streamBlob(root, layer.digest), (chunk) => {
    blob.update(chunk);
    onProgress?.(blob.size, layer.size);
  });
  const tar = watching(decompress(packed, what), (chunk) => {
    content.update(chunk);
    limit.spend(chunk.length);
  });
  const unpacked = await fill(new LayerTree(partial), tarEntries(tar, what), limit);
  // A decoder stops at the end of what is compressed, and something may follow.
  for await (const chunk of streamBlob(root, layer.digest, blob.size)) blob.update(chunk);
  checkBlob(layer.digest, layer.size, { digest: blob.digest(), size: blob.size });
  const actual = content.digest();
  if (actual !== layer.diffId) {
    throw badImage(
      what,
      `its content is not what the image’s configuration says: diff id ${actual} instead of ${layer.diffId}`,
    );
  }
  return unpacked;
}

async function fill(
  tree: LayerTree,
  entries: AsyncIterable<TarEntry>,
  limit: UnpackLimit,
): Promise<Unpacked> {
  const unpacked = { files: 0, bytes: 0 };
  try {
    for await (const { header, content } of entries) {
      const entry = checkEntry(header);
      limit.spendEntry(entry.size, entry.sparse?.segments.length);
      try {
        const whiteout = whiteoutOf(entry.path);
        if (whiteout) tree.hide(whiteout);
        else await tree.add(entry, content);
      } catch (error) {
        throw explain(error, header.name);
      }
      unpacked.files += 1;
      if (entry.type === 'file') unpacked.bytes += entry.sparse?.size ?? entry.size;
    }
    tree.finish();
  } finally {
    tree.close();
  }
  return unpacked;
}

/**
 * From the rename on, the layer is used. A power cut could let the name be on disk before the files’ content is, so that comes
 * first. The link is last: it says that all is there.
 */
async function publish(partial: string, to: string): Promise<void> {
  await syncFileSystem(partial);
  renameSync(partial, to);
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

async function* watching(
  source: AsyncIterable<Uint8Array>,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
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
