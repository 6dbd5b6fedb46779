/** A tar's headers: one block an entry, and the long names and records that come before it and belong to it. */
import type { ByteReader } from './byte-reader.ts';
import {
  blockSize,
  decodeHeader,
  type HeaderBlock,
  isZero,
  MalformedTar,
  padding,
  text,
} from './header-block.ts';
import { decodePax, type Pax } from './pax.ts';
import { oldSparse, paxSparse, type Sparse } from './sparse.ts';

export type EntryType =
  | 'file'
  | 'link'
  | 'symlink'
  | 'character-device'
  | 'block-device'
  | 'directory'
  | 'fifo';

/** What a tar says of one entry, in fields and records, nothing checked. */
export interface TarHeader extends Omit<HeaderBlock, 'flag'> {
  /** A flag that is none of these stays as it is. */
  type: EntryType | { unknown: string };
  /** `pax.mtime` may know the time better. */
  pax: Pax;
  /** `content` is the segments of it, one after the other, and `size` their bytes. */
  sparse?: Sparse | undefined;
}

const types: Readonly<Record<string, EntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  S: 'file',
};

/** Of a long name or of pax records, which are read as a whole. Go's limit. */
const largestExtra = 1024 * 1024;

/** What came before an entry, and counts for it alone. */
interface Extra {
  name?: string;
  linkname?: string;
  pax: Pax;
}

export class HeaderReader {
  readonly #reader: ByteReader;
  /** Records for all entries from here on. */
  #global: Pax = {};

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /** The next entry's header; the reader is then at its content. Undefined at the end. @throws MalformedTar */
  async next(): Promise<TarHeader | undefined> {
    const extra: Extra = { pax: this.#global };
    for (;;) {
      const block = await this.#block();
      if (!block) return undefined;
      const header = decodeHeader(block);
      switch (header.flag) {
        case 'x':
          extra.pax = { ...this.#global, ...decodePax(await this.#extra(header)) };
          break;
        case 'g':
          this.#global = { ...this.#global, ...decodePax(await this.#extra(header)) };
          extra.pax = this.#global;
          break;
        case 'L':
          extra.name = firstText(await this.#extra(header));
          break;
        case 'K':
          extra.linkname = firstText(await this.#extra(header));
          break;
        default:
          return await this.#entry(block, header, extra);
      }
    }
  }

  /** Two blocks of zeros end a tar, and so does the end of the stream. */
  async #block(): Promise<Buffer | undefined> {
    if (await this.#reader.ended()) return undefined;
    const block = await this.#reader.read(blockSize);
    if (!isZero(block)) return block;
    if ((await this.#reader.ended()) || isZero(await this.#reader.read(blockSize))) return undefined;
    throw new MalformedTar('a single block of zeros is no end');
  }

  async #extra({ size }: HeaderBlock): Promise<Buffer> {
    if (!(size >= 0 && size <= largestExtra))
      throw new MalformedTar(`a long name or a record of ${size} bytes; ${largestExtra} are the limit`);
    const bytes = await this.#reader.read(size);
    await this.#reader.skip(padding(size));
    return bytes;
  }

  async #entry(block: Buffer, header: HeaderBlock, { name, linkname, pax }: Extra): Promise<TarHeader> {
    const known = types[header.flag];
    const named = pax['GNU.sparse.name'] || pax['path'] || name || header.name;
    // Before tars had a flag for directories, a slash made one.
    const type = known === 'file' && named.endsWith('/') ? 'directory' : known;
    const stored = known === undefined || known === 'file' ? storedSize(pax, header) : 0;
    const sparse =
      header.flag === 'S'
        ? await oldSparse(block, this.#reader)
        : known === 'file'
          ? await paxSparse(pax, stored, this.#reader)
          : undefined;
    const size = stored - (sparse?.mapSize ?? 0);
    if (sparse && sparse.segments.reduce((sum, { length }) => sum + length, 0) !== size)
      throw new MalformedTar('the map of a sparse file does not fit its data');
    return {
      ...header,
      name: named,
      linkname: pax['linkpath'] || linkname || header.linkname,
      type: type ?? { unknown: header.flag },
      size,
      pax,
      sparse,
    };
  }
}

/** @throws MalformedTar */
function storedSize(pax: Pax, header: HeaderBlock): number {
  const size = pax['size'] ? Number(pax['size']) : header.size;
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new MalformedTar(`an entry has the size ${pax['size'] ?? size}`);
}

const firstText = (bytes: Buffer): string => text(bytes, 0, bytes.length);
