import { once } from 'node:events';
import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { badImage } from '../broken.ts';
import { BadFrame, frameMagic, isSkippable, zstdPieces } from './zstd-frames.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

const block = 512;
const outputChunk = 256 * 1024;

/**
 * What a layer is compressed with, told by its first 512 bytes: media types are often wrong (docker itself calls plain tars
 * gzip). Undefined: neither a tar nor a compression that images use.
 */
export function detectCompression(head: Uint8Array): Compression | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (bytes.length >= 4) {
    const magic = bytes.readUInt32LE(0);
    if (magic === frameMagic || isSkippable(magic)) return 'zstd';
  }
  if (bytes.length < block) return undefined;
  // POSIX ustar, or the block of zeros that an empty tar begins with.
  if (bytes.toString('latin1', 257, 262) === 'ustar') return 'none';
  return bytes.subarray(0, block).every((byte) => byte === 0) ? 'none' : undefined;
}

/**
 * The plain tar of a layer or archive.
 * @param what names it in errors: `layer sha256:…`
 * @throws `bad-image` when it is truncated, damaged or compressed in an unknown way.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peek(source);
  const compression = detectCompression(head);
  if (compression === undefined) {
    throw badImage(
      what,
      head.length === 0 ? 'it is empty' : 'it is neither a tar nor compressed with gzip or zstd',
      'unpack it first and give tsstep the plain tar: `xz -dc FILE | tsstep load` for an image, `… | tsstep import - NAME` for a root filesystem',
    );
  }
  if (compression === 'none') return yield* rest;
  try {
    yield* compression === 'gzip' ? through(rest, createGunzip({ chunkSize: outputChunk })) : unzstd(rest);
  } catch (error) {
    const why = decodingError(error);
    throw why === undefined ? error : badImage(what, `its ${compression} data ${why}`);
  }
}

// Not node:zlib's: in 24.21 it still ends silently after the first frame, and `zstd:chunked` layers have many.
async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => ready.push(chunk));
  for await (const piece of zstdPieces(source)) {
    decoder.push(piece);
    yield* ready;
    ready = [];
  }
}

async function* through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source);
  // The callback keeps pipeline from throwing twice: the error reaches the iteration below through `transform`.
  pipeline(input, transform, () => undefined);
  try {
    yield* transform;
  } finally {
    // Whoever made the source may count what was read of it: nothing may go on in the background.
    for (const stream of [input, transform]) {
      if (stream.closed) continue;
      stream.destroy();
      await once(stream, 'close');
    }
  }
}

/** Enough of the beginning to recognise, and the whole again. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < block) {
    const { value, done } = await iterator.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head, rest: rest() };
}

function decodingError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof BadFrame) return error.message;
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'Z_BUF_ERROR' || /unexpected (end|EOF)/i.test(error.message))
    return 'ends too early: the file is truncated';
  // fzstd numbers its errors, node:zlib names them.
  const decoder = typeof code === 'number' || (typeof code === 'string' && /^(Z|ZSTD)_/.test(code));
  return decoder ? `is damaged: ${error.message}` : undefined;
}
