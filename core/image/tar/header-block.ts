/** One header block of a tar: 512 bytes (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). */
export const blockSize = 512;

/** Whoever decodes knows what is wrong, but not of which tar. */
export class MalformedTar extends Error {}

/** The fields as they are written, nothing checked but the sum. */
export interface HeaderBlock {
  name: string;
  /** One character; NUL is an old `0`. */
  flag: string;
  linkname: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  /** Seconds since 1970, negative before. */
  mtime: number;
  devmajor: number;
  devminor: number;
}

/** @throws MalformedTar when the block is no tar header */
export function decodeHeader(block: Buffer): HeaderBlock {
  if (number(block, 148, 8) !== checksum(block)) throw new MalformedTar('the checksum of a header is wrong');
  const name = text(block, 0, 100);
  // GNU's own format has times where ustar has the prefix of a long name.
  const ustar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = ustar ? text(block, 345, 155) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    flag: String.fromCharCode(block[156] ?? 0),
    linkname: text(block, 157, 100),
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    devmajor: number(block, 329, 8),
    devminor: number(block, 337, 8),
  };
}

/** Bytes that fill `size` up to whole blocks. */
export const padding = (size: number): number => (blockSize - (size % blockSize)) % blockSize;

export const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

/** The sum of all bytes, those of the sum itself counted as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockSize; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}

/** UTF-8 up to the first NUL. */
export function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Octal digits with spaces or NULs around; where they were too few, GNU's base 256, marked by the highest bit. @throws MalformedTar */
export function number(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) return base256(field);
  const digits = field.toString('latin1').replace(/^[ \0]+|[ \0]+$/g, '');
  const value = /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
  if (Number.isNaN(value)) throw new MalformedTar(`a header has ${JSON.stringify(digits)} for a number`);
  return value;
}

/** Two’s complement, big-endian; without its mark, the first byte has bit 6 for the sign. @throws MalformedTar beyond 2^53 */
function base256(field: Buffer): number {
  const bits = BigInt(`0x${field.toString('hex')}`);
  const width = field.length * 8 - 1;
  const value = Number(BigInt.asIntN(width, bits));
  if (!Number.isSafeInteger(value)) throw new MalformedTar('a header has a number that is too large');
  return value;
}
