import { createHash } from 'node:crypto';
import { badImage } from './broken.ts';

/** `sha256:` and 64 hexadecimal digits (image-spec, descriptor.md, "Digests"). */
export const digestPattern = /^sha256:([0-9a-f]{64})$/;

/**
 * The hexadecimal part of a digest, which is safe as a file name.
 * @throws `bad-image` for anything but sha256: no registry hands out another algorithm.
 */
export function hexOf(digest: string): string {
  const hex = digestPattern.exec(digest)?.[1];
  if (hex !== undefined) return hex;
  throw badImage(
    `the digest ${JSON.stringify(digest)}`,
    'it is not sha256: and 64 lower-case hexadecimal digits',
  );
}

/** The digest of bytes that are in memory. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Hashes what flows past. */
export class DigestMeter {
  readonly #hash = createHash('sha256');
  /** Bytes so far. */
  size = 0;

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.size += chunk.length;
  }

  /** Ends the measurement: can be called once. */
  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}
