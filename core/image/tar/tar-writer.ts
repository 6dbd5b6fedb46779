import { once } from 'node:events';
import { type Header, type Pack, pack } from 'tar-stream';
import type { Xattr } from '../../kernel/xattr.ts';

/** An entry of a tar that is being written. */
export interface NewEntry {
  type: 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'character-device' | 'block-device';
  /** Relative, without `./`; a directory's ends with a slash. */
  path: string;
  /** A symlink's text, or the path of a hard link's earlier entry. */
  target?: string;
  mode: number;
  uid: number;
  gid: number;
  /** Nanoseconds since 1970. */
  mtime: bigint;
  /** Of a file, in bytes. */
  size?: number;
  content?: Iterable<Uint8Array>;
  device?: { major: number; minor: number };
  xattrs?: readonly Xattr[];
}

// tar-stream 3.2 writes pax records as UTF-8 text, which destroys binary attributes (security.capability), and knows no other
// way in. core/image/tar/tar.ts has the same trouble when it reads.
interface PackInternals {
  _encode(header: Omit<Header, 'type'> & { type?: Header['type'] | 'pax-header' }): void;
  _encodePax(header: Header): void;
  push(chunk: Uint8Array): void;
}

const block = 512;

/**
 * A pax tar (POSIX.1-2017, pax) of entries, which are asked for one after the other, as the reader takes them: memory does not
 * grow with the tar. Errors of `entries` pass through.
 */
export async function* writeTar(entries: Iterable<NewEntry>): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const records = withBinaryPax(tar);
  const filling = fill(tar, records, entries);
  // Its error destroys the tar, and so reaches the reader below: this is only so that nobody calls it unhandled.
  filling.catch(() => undefined);
  try {
    for await (const chunk of tar) yield chunk as Uint8Array;
    await filling;
  } finally {
    tar.destroy();
  }
}

async function fill(tar: Pack, records: WeakMap<object, Buffer>, entries: Iterable<NewEntry>): Promise<void> {
  try {
    for (const entry of entries) await add(tar, records, entry);
    tar.finalize();
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function add(tar: Pack, records: WeakMap<object, Buffer>, entry: NewEntry): Promise<void> {
  const { type, path: name, target: linkname, mode, uid, gid, mtime, size = 0, device } = entry;
  const header = {
    // ustar has no numbers below 0; the pax record has the time itself.
    ...{ name, type, mode, uid, gid, size, mtime: new Date(Math.max(0, Number(mtime / 1_000_000n))) },
    ...(linkname !== undefined && { linkname }),
    ...(device && { devmajor: device.major, devminor: device.minor }),
    // Its only purpose is to make tar-stream write a pax header, whose bytes are in `records`.
    pax: {},
  };
  records.set(header, encodePax(recordsOf(entry)));
  await new Promise<void>((resolve, reject) => {
    const sink = tar.entry(header, (error) => (error ? reject(error) : resolve()));
    feed(sink, entry.content ?? []).catch(reject);
  });
}

async function feed(sink: ReturnType<Pack['entry']>, content: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of content)
    if (!sink.write(chunk)) await once(sink as unknown as NodeJS.EventEmitter, 'drain');
  sink.end(undefined);
}

/** Pax records are needed for what 512 bytes of ustar cannot say. */
function recordsOf({ path, target, uid, gid, mtime, xattrs = [] }: NewEntry): [string, Buffer][] {
  const texts: [string, string | undefined][] = [
    ['path', plain(path) ? undefined : path],
    ['linkpath', target === undefined || plain(target) ? undefined : target],
    ['uid', uid > largestOctal ? String(uid) : undefined],
    ['gid', gid > largestOctal ? String(gid) : undefined],
    ['mtime', seconds(mtime)],
  ];
  return [
    ...texts.flatMap(([key, text]): [string, Buffer][] =>
      text === undefined ? [] : [[key, Buffer.from(text)]],
    ),
    ...xattrs.map(([name, value]): [string, Buffer] => [`SCHILY.xattr.${name}`, value]),
  ];
}

const largestOctal = 0o7777777;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for.
const plain = (text: string): boolean => text.length <= 100 && /^[\x00-\x7f]*$/.test(text);

/** `1764000000.25`; undefined where ustar's whole seconds are enough. */
function seconds(nanoseconds: bigint): string | undefined {
  if (nanoseconds % 1_000_000_000n === 0n && nanoseconds >= 0n) return undefined;
  const sign = nanoseconds < 0n ? '-' : '';
  const digits = String(nanoseconds < 0n ? -nanoseconds : nanoseconds).padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

/** `LENGTH KEY=VALUE\n` each; the length counts its own digits. */
export function encodePax(records: readonly (readonly [key: string, value: Buffer])[]): Buffer {
  return Buffer.concat(
    records.map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}

/** @returns where to put the pax records of a header */
function withBinaryPax(tar: Pack): WeakMap<object, Buffer> {
  const records = new WeakMap<object, Buffer>();
  const internals = tar as unknown as PackInternals;
  if (typeof internals._encodePax !== 'function') {
    throw new Error('tar-stream has changed inside: core/image/tar/tar-writer.ts must find another way');
  }
  internals._encodePax = function (header) {
    const bytes = records.get(header) ?? Buffer.alloc(0);
    const { pax: _, ...bare } = header as Header & { pax?: object };
    if (bytes.length > 0) {
      this._encode({ ...bare, name: 'PaxHeader', type: 'pax-header', size: bytes.length, linkname: '' });
      this.push(bytes);
      this.push(Buffer.alloc((block - (bytes.length % block)) % block));
    }
    const { name, linkname } = bare;
    const short = (text: string) => (plain(text) ? text : 'PaxHeader');
    this._encode({ ...bare, name: short(name), ...(linkname && { linkname: short(linkname) }) });
  };
  return records;
}
