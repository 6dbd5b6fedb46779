/**
 * Sparse files of GNU tar: only what is not a hole is stored, with a map of where it belongs. There are four ways to write the
 * map (GNU tar manual, "Storing Sparse Files"): in blocks behind the header (type `S`), in pax records (0.0 and 0.1), and at
 * the beginning of the data (1.0).
 */
import type { ByteReader } from './byte-reader.ts';
import { blockSize, MalformedTar, number, text } from './header-block.ts';
import type { Pax } from './pax.ts';

/** Bytes that are stored; between segments, and up to the file's size, are holes. */
export interface Segment {
  offset: number;
  length: number;
}

export interface Sparse {
  /** Of the file as one reads it. */
  size: number;
  /** In the order of their offsets. */
  segments: readonly Segment[];
  /** Bytes of the entry’s data that the map itself took. */
  mapSize: number;
}

/** Go's archive/tar has the same limit, since unlimited maps filled memory (CVE-2025-58183). */
const largestMap = 1024 * 1024;

/** Of a number in the map: none is above 2^63. */
const mostDigits = 19;

/** The map that the header of a type `S` begins, and blocks right behind it continue. @throws MalformedTar when it is malformed */
export async function oldSparse(header: Buffer, reader: ByteReader): Promise<Sparse> {
  const numbers = fields(header, 386, 4);
  let more = header[482] === 1;
  for (let read = 0; more; ) {
    read += blockSize;
    if (read > largestMap) throw tooLong();
    const block = await reader.read(blockSize);
    numbers.push(...fields(block, 0, 21));
    more = block[504] === 1;
  }
  return sparse(number(header, 483, 12), numbers, 0);
}

/** Pairs of 12-byte numbers; an empty one ends them. */
function fields(block: Buffer, at: number, pairs: number): number[] {
  const numbers: number[] = [];
  for (let pair = at; pair < at + pairs * 24 && text(block, pair, 12) !== ''; pair += 24)
    numbers.push(number(block, pair, 12), number(block, pair + 12, 12));
  return numbers;
}

/** What pax records say of a sparse file; undefined: it is none. Reads a map of format 1.0. @throws MalformedTar when it is malformed */
export async function paxSparse(pax: Pax, size: number, reader: ByteReader): Promise<Sparse | undefined> {
  const { 'GNU.sparse.major': major, 'GNU.sparse.minor': minor, 'GNU.sparse.map': map } = pax;
  if (major === '1' && minor === '0') {
    const { numbers, mapSize } = await mapInData(size, reader);
    return sparse(decimal(pax['GNU.sparse.realsize'] ?? ''), numbers, mapSize);
  }
  if (map !== undefined) {
    const numbers = map === '' ? [] : map.split(',').map(decimal);
    return sparse(decimal(pax['GNU.sparse.size'] ?? ''), numbers, 0);
  }
  if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse.')))
    throw new MalformedTar(`a sparse file has format ${major}.${minor}, which is not known`);
  return undefined;
}

/** Decimal numbers, one a line: how many pairs there are, then the pairs; filled up to whole blocks. */
async function mapInData(size: number, reader: ByteReader): Promise<{ numbers: number[]; mapSize: number }> {
  const numbers: number[] = [];
  let mapSize = 0;
  let line = '';
  for (let wanted = 1; numbers.length < wanted; ) {
    mapSize += blockSize;
    if (mapSize > largestMap) throw tooLong();
    if (mapSize > size) throw new MalformedTar('the map of a sparse file is longer than its data');
    const lines = (line + (await reader.read(blockSize)).toString('latin1')).split('\n');
    line = lines.pop() ?? '';
    for (const digits of lines) {
      if (numbers.length === wanted) break;
      numbers.push(decimal(digits));
      wanted = 1 + 2 * (numbers[0] ?? 0);
    }
    if (numbers.length < wanted && line.length > mostDigits)
      throw new MalformedTar('the map of a sparse file has no numbers');
  }
  return { numbers: numbers.slice(1), mapSize };
}

function sparse(size: number, numbers: readonly number[], mapSize: number): Sparse {
  const segments: Segment[] = [];
  let end = 0;
  for (let at = 0; at < numbers.length; at += 2) {
    const [offset = 0, length = Number.NaN] = numbers.slice(at, at + 2);
    if (!(offset >= end && length >= 0 && offset + length <= size))
      throw new MalformedTar('the map of a sparse file is not in order');
    end = offset + length;
    if (length > 0) segments.push({ offset, length });
  }
  return { size, segments, mapSize };
}

function decimal(digits: string): number {
  const value = /^[0-9]+$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new MalformedTar(`the map of a sparse file has ${JSON.stringify(digits)} for a number`);
}

const tooLong = () => new MalformedTar(`the map of a sparse file has more than ${largestMap} bytes`);
