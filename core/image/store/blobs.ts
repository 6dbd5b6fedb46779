/**
 * The content-addressed store: `<root>/images/blobs/sha256/<hex>`. A blob's name is the digest of its bytes, so equal
 * layers are kept once, and whoever reads one can tell whether it is still what it was (image-spec, image-layout.md).
 */
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, tolerating } from '../../kernel/errno.ts';
import { badImage } from '../broken.ts';
import { DigestMeter, digestOf, hexOf } from '../digest.ts';
import type { Progress } from '../types.ts';
import { temporaryPath } from './temporary.ts';

/** What a descriptor promises about a blob; `size` in bytes. */
export interface Blob {
  digest: string;
  size: number;
}

/** Manifests and configurations are kilobytes; more than this is an attack on memory or a mistake. */
export const largestJson = 8 * 1024 * 1024;

export function blobPath(root: string, digest: string): string {
  return join(root, 'images/blobs/sha256', hexOf(digest));
}

/** Whether the store has the blob; `size` also tells one that a full disk cut short. */
export function hasBlob(root: string, digest: string, size?: number): boolean {
  const stat = statSync(blobPath(root, digest), { throwIfNoEntry: false });
  return stat !== undefined && (size === undefined || stat.size === size);
}

/**
 * Write a stream to the store; it appears under its digest only when it is complete.
 * @throws `bad-image` when it is not what `expected` says; nothing is left then.
 */
export async function writeBlob(
  root: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: Partial<Blob> = {},
): Promise<Blob> {
  const path = temporaryPath(root);
  try {
    const blob = await writeMeasured(path, source, expected.size);
    if (expected.digest !== undefined) checkBlob(expected.digest, expected.size ?? blob.size, blob);
    adoptBlob(root, path, blob.digest);
    return blob;
  } finally {
    rmSync(path, { force: true });
  }
}

/** Write `source` to the new file `path`, at most `limit` bytes and one chunk, and say what it was. */
export async function writeMeasured(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Blob> {
  const meter = new DigestMeter();
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of source) {
      await file.writeFile(chunk);
      meter.update(chunk);
      if (meter.size > limit) break;
    }
    // Without it a power cut can leave an empty file under a name that promises content.
    await file.sync();
  } finally {
    await file.close();
  }
  return { size: meter.size, digest: meter.digest() };
}

/** Give a temporary file, whose digest has been computed, its place in the store. */
export function adoptBlob(root: string, path: string, digest: string): void {
  const to = blobPath(root, digest);
  mkdirSync(dirname(to), { recursive: true });
  renameSync(path, to);
}

/**
 * A small blob as bytes, verified.
 * @throws `bad-image` when it is missing, larger than 8 MiB, or changed: it is gone then.
 */
export async function readBlob(root: string, digest: string): Promise<Buffer> {
  const path = blobPath(root, digest);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw missing(digest);
  if (stat.size > largestJson)
    throw badImage(`the blob ${digest}`, `${stat.size} bytes are too many for JSON`);
  const bytes = await readFile(path);
  checkStored(root, { digest, size: stat.size }, { digest: digestOf(bytes), size: bytes.length });
  return bytes;
}

/** The bytes of a blob as a stream, in large chunks, beginning at `start`. @throws `bad-image` when it is missing. */
export function streamBlob(root: string, digest: string, start = 0): AsyncIterable<Buffer> {
  const path = blobPath(root, digest);
  if (!existsSync(path)) throw missing(digest);
  return createReadStream(path, { start, highWaterMark: 256 * 1024 });
}

/** Read a blob once through. @throws `bad-image` when it is missing or not what the descriptor says; a changed one is gone then. */
export async function verifyBlob(root: string, blob: Blob, onProgress?: Progress): Promise<void> {
  const meter = new DigestMeter();
  try {
    for await (const chunk of streamBlob(root, blob.digest)) {
      meter.update(chunk);
      onProgress?.(meter.size, blob.size);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw missing(blob.digest);
    throw error;
  }
  checkStored(root, blob, { digest: meter.digest(), size: meter.size });
}

/** What is not what its name says goes: by its size alone the next load or pull would take it for good, and bring none. */
function checkStored(root: string, { digest, size }: Blob, actual: Blob): void {
  // Whoever may only read still hears what is wrong.
  if (actual.digest !== digest)
    tolerating(['EACCES', 'EPERM', 'EROFS'], () => rmSync(blobPath(root, digest), { force: true }));
  checkBlob(digest, size, actual);
}

/** @throws `bad-image` when what was read is not what was promised. */
export function checkBlob(digest: string, size: number, actual: Blob): void {
  if (actual.size !== size) {
    throw badImage(`the blob ${digest} is damaged`, `it should have ${size} bytes and has ${actual.size}`);
  }
  if (actual.digest !== digest) {
    throw badImage(
      `the blob ${digest} is damaged`,
      `the sha256 of its bytes is ${actual.digest.slice('sha256:'.length)}`,
    );
  }
}

function missing(digest: string): Error {
  return badImage(`the blob ${digest} is missing`, 'the image names it, but the store does not have it');
}
