import { once } from 'node:events';
import { extract as createExtract, type Extract } from 'tar-stream';
import { badImage } from './broken.ts';

// tar-stream 3.2 reads pax records as UTF-8, which destroys binary attributes (security.capability); it has no option for it.
interface ExtractInternals {
  _header: { type: string };
  _pax: Record<string, string> | null;
  _paxGlobal: Record<string, string> | null;
  _decodeLongHeader(bytes: Uint8Array): void;
}

/** A tar header as tar-stream decodes it, nothing checked. */
export interface TarHeader {
  name: string;
  /** null: a kind that tar-stream does not know. */
  type?: string | null;
  linkname?: string | null;
  mode?: number;
  uid?: number;
  gid?: number;
  size?: number;
  mtime?: Date;
  pax?: Readonly<Record<string, string>> | null;
}

export interface TarEntry {
  header: TarHeader;
  content: AsyncIterable<Uint8Array>;
}

const xattrPrefix = 'SCHILY.xattr.';

/**
 * The entries of a tar in order; content that nobody has read when the next entry is asked for is skipped. Values of
 * `SCHILY.xattr.*` records are latin1 strings: one character a byte.
 * @param what names the tar in errors.
 * @throws `bad-image` when it is truncated or no tar; errors of `source` pass through.
 */
export async function* tarEntries(source: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<TarEntry> {
  const extract = withBinaryPax(createExtract());
  const feeding = new Feeding(source, extract);
  // Whichever stream breaks first, the reason is the source's if it had one, and a damaged tar otherwise.
  const reason = (error: unknown) =>
    feeding.error ??
    badImage(what, `its tar is damaged: ${error instanceof Error ? error.message : String(error)}`);
  async function* reading(content: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of content) yield chunk as Uint8Array;
    } catch (error) {
      throw reason(error);
    }
  }
  try {
    for await (const entry of extract) {
      yield { header: entry.header as TarHeader, content: reading(entry) };
      entry.resume();
    }
  } catch (error) {
    throw reason(error);
  } finally {
    extract.destroy();
    await feeding.ended;
  }
}

/** The records of a pax header (POSIX.1-2017, pax, "Extended Header"): `LENGTH KEY=VALUE\n`. */
export function decodePax(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = Object.create(null);
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  while (rest.length > 0) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.toString('latin1', 0, Math.max(space, 0)));
    const equals = rest.indexOf(0x3d, space);
    if (
      !Number.isInteger(length) ||
      length > rest.length ||
      space < 1 ||
      equals < 0 ||
      equals >= length ||
      rest[length - 1] !== 0x0a
    ) {
      throw new Error('malformed pax record');
    }
    const key = rest.toString('utf8', space + 1, equals);
    records[key] = rest.toString(key.startsWith(xattrPrefix) ? 'latin1' : 'utf8', equals + 1, length - 1);
    rest = rest.subarray(length);
  }
  return records;
}

/** Extended attributes of an entry, byte for byte. */
export function xattrsOf(
  pax: Readonly<Record<string, string>> | null | undefined,
): [name: string, value: Buffer][] {
  return Object.entries(pax ?? {})
    .filter(([key]) => key.startsWith(xattrPrefix))
    .map(([key, value]) => [key.slice(xattrPrefix.length), Buffer.from(value, 'latin1')]);
}

function withBinaryPax(extract: Extract): Extract {
  const internals = extract as unknown as ExtractInternals;
  const decode = internals._decodeLongHeader;
  if (typeof decode !== 'function') {
    throw new Error(
      'tar-stream has changed inside: core/image/tar.ts must find another way to read pax records as bytes',
    );
  }
  internals._decodeLongHeader = function (bytes) {
    if (this._header.type === 'pax-header') this._pax = { ...this._paxGlobal, ...decodePax(bytes) };
    else decode.call(this, bytes);
  };
  return extract;
}

/** Writes a source to a tar extraction until either ends. */
class Feeding {
  /** Why the source ended early. */
  error: unknown;
  readonly ended: Promise<void>;

  constructor(source: AsyncIterable<Uint8Array>, extract: Extract) {
    const closed = new AbortController();
    extract.once('close', () => closed.abort());
    this.ended = this.#feed(source, extract, closed.signal);
  }

  async #feed(source: AsyncIterable<Uint8Array>, extract: Extract, signal: AbortSignal): Promise<void> {
    try {
      for await (const chunk of source) {
        if (signal.aborted) return;
        if (!extract.write(chunk)) await once(extract as unknown as NodeJS.EventEmitter, 'drain', { signal });
      }
      extract.end(undefined);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      extract.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
