/** The frames of a zstd stream, cut into pieces that a decoder may be given (RFC 8878, section 3). */
import { ByteReader } from '../tar/byte-reader.ts';

/**
 * Bytes of the past that a frame may refer to, which a decoder keeps in memory. The tool zstd has the same limit, so that
 * everything is accepted that it makes without --ultra or --long=28.
 */
const largestWindow = 128 * 1024 * 1024;

/** What is wrong with a stream; the decoder finds everything else. */
export class BadFrame extends Error {}

/**
 * The same bytes, at most one block at a time. A block gives at most 128 KiB, but can consist of 4 bytes: a decoder that is given
 * a megabyte of such would return 32 GiB at once.
 * @throws BadFrame when a frame wants a larger window than 128 MiB, or the stream is cut off
 */
export async function* zstdPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source, () => new BadFrame('ends too early: the file is truncated'));
  try {
    while (!(await reader.ended())) {
      const magic = await reader.read(4);
      yield magic;
      if (isSkippable(magic.readUInt32LE())) yield* skippable(reader);
      else if (magic.readUInt32LE() === frameMagic) yield* frame(reader);
      else throw new BadFrame('is damaged: something that is no frame follows a frame');
    }
  } finally {
    await reader.close();
  }
}

export const frameMagic = 0xfd2fb528;

/** As `zstd:chunked` layers have at their end. */
export const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;

async function* skippable(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const size = await reader.read(4);
  yield size;
  yield* reader.pass(size.readUInt32LE());
}

async function* frame(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const descriptor = await reader.read(1);
  const { windowBytes, dictionaryBytes, sizeBytes, checksumBytes } = layout(descriptor[0] ?? 0);
  const fields = await reader.read(windowBytes + dictionaryBytes + sizeBytes);
  const window =
    windowBytes === 1 ? windowSize(fields[0] ?? 0) : contentSize(fields.subarray(dictionaryBytes));
  if (window > largestWindow)
    throw new BadFrame(`wants ${window} bytes of memory: ${largestWindow} are the limit`);
  yield Buffer.concat([descriptor, fields]);
  for (let last = false; !last; ) {
    const header = await reader.read(3);
    const bits = header.readUIntLE(0, 3);
    last = (bits & 1) === 1;
    // One byte stands for a whole block of type RLE.
    const size = ((bits >> 1) & 3) === 1 ? 1 : bits >> 3;
    // Apart: fzstd 0.1.1 keeps every piece in memory that ends with a block and begins with its header.
    yield header;
    yield await reader.read(size);
  }
  yield* reader.pass(checksumBytes);
}

/** How long the fields of a frame header are (3.1.1.1.1). */
function layout(descriptor: number) {
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  return {
    windowBytes: single ? 0 : 1,
    dictionaryBytes: [0, 1, 2, 4][descriptor & 3] ?? 0,
    sizeBytes: sizeFlag === 0 ? (single ? 1 : 0) : 2 ** sizeFlag,
    checksumBytes: (descriptor & 4) === 0 ? 0 : 4,
  };
}

/** A power of two and eighths of it (3.1.1.1.2). */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** A single segment is its own window (3.1.1.1.4). */
function contentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE());
  // Two bytes begin at 256: one byte says less.
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}
