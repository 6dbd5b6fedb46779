/** A blob that is being downloaded: `<root>/images/downloads/<hex>`, held by one process at a time. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DigestMeter, hexOf } from '../image/digest.ts';
import { adoptBlob, type Blob, hasBlob } from '../image/store/blobs.ts';
import { withLock } from '../kernel/fs.ts';

/** What has come so far: on disk, counted and hashed. */
export class Partial {
  readonly #file: FileHandle;
  readonly #path: string;
  #meter = new DigestMeter();

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  get size(): number {
    return this.#meter.size;
  }

  /** Count in what an earlier tsstep has left. */
  async readAgain(): Promise<void> {
    const buffer = Buffer.alloc(256 * 1024);
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, this.size);
      if (bytesRead === 0) return;
      this.#meter.update(buffer.subarray(0, bytesRead));
    }
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#file.appendFile(chunk);
    this.#meter.update(chunk);
  }

  async startAnew(): Promise<void> {
    await this.#file.truncate(0);
    this.#meter = new DigestMeter();
  }

  /** What it is, now that it is complete. */
  measure(): Blob {
    return { size: this.size, digest: this.#meter.digest() };
  }

  /** Give it its place in the store. */
  async keep(root: string, digest: string): Promise<void> {
    // Without it a power cut can leave an empty file under a name that promises content.
    await this.#file.sync();
    adoptBlob(root, this.#path, digest);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

/**
 * Runs `fn` while nobody else on this machine downloads the blob.
 * @returns undefined when the store has it by then
 */
export async function withPartial<T>(
  root: string,
  blob: Blob,
  fn: (partial: Partial) => Promise<T>,
): Promise<T | undefined> {
  const path = join(root, 'images/downloads', hexOf(blob.digest));
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (;;) {
    if (hasBlob(root, blob.digest, blob.size)) return undefined;
    const file = await open(path, 'a+', 0o600);
    try {
      // By its number, so that what is locked is what is open, whatever the name means by then.
      const held = await withLock(`/proc/self/fd/${file.fd}`, async () => {
        if (!(await isStill(file, path))) return undefined;
        const partial = new Partial(file, path);
        if (!hasBlob(root, blob.digest, blob.size)) return { result: await fn(partial) };
        // Somebody had finished between our look and our making this file.
        partial.remove();
        return undefined;
      });
      if (held) return held.result;
    } finally {
      await file.close();
    }
  }
}

/** Whoever held the lock before has renamed the file to a blob, or removed it: then there is nothing to go on with. */
async function isStill(file: FileHandle, path: string): Promise<boolean> {
  const named = statSync(path, { throwIfNoEntry: false });
  const opened = await file.stat();
  return named?.ino === opened.ino && named.dev === opened.dev;
}
