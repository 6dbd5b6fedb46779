/**
 * Reading tars as layers are: ustar, pax and GNU (decision 18 says why not with a library). Where tools differ about a tar that
 * is odd, this one does what Go's archive/tar does, as docker and containerd read layers with it.
 */
import { badImage } from '../broken.ts';
import { ByteReader } from './byte-reader.ts';
import { MalformedTar, padding } from './header-block.ts';
import { HeaderReader, type TarHeader } from './tar-header.ts';

export interface TarEntry {
  header: TarHeader;
  content: AsyncIterable<Uint8Array>;
}

/**
 * The entries of a tar in order; content that nobody has read when the next entry is asked for is skipped. The source is read
 * to its end, also behind the tar's.
 * @param what names the tar in errors.
 * @throws `bad-image` when it is truncated or no tar; errors of `source` pass through.
 */
export async function* tarEntries(source: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<TarEntry> {
  const damaged = (why: string) => badImage(what, `its tar is damaged: ${why}`);
  const reader = new ByteReader(source, () => damaged('it ends too early'));
  const headers = new HeaderReader(reader);
  try {
    for (;;) {
      const header = await explaining(damaged, () => headers.next());
      if (!header) break;
      const content = new Content(reader, header.size);
      yield { header, content };
      await content.skip();
    }
    await reader.drain();
  } finally {
    await reader.close();
  }
}

async function explaining<T>(damaged: (why: string) => Error, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw error instanceof MalformedTar ? damaged(error.message) : error;
  }
}

/** One entry's bytes, and the padding to a whole block. */
class Content implements AsyncIterable<Uint8Array> {
  readonly #reader: ByteReader;
  #left: number;
  readonly #padding: number;

  constructor(reader: ByteReader, size: number) {
    this.#reader = reader;
    this.#left = size;
    this.#padding = padding(size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const part = await this.#reader.some(this.#left);
      this.#left -= part.length;
      yield part;
    }
  }

  async skip(): Promise<void> {
    await this.#reader.skip(this.#left + this.#padding);
  }
}
