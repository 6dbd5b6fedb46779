import { MalformedTar } from './header-block.ts';

/** Records of a pax extended header (POSIX.1-2017, pax, "Extended Header"): `LENGTH KEY=VALUE\n`. */
export type Pax = Readonly<Record<string, string>>;

const xattrPrefix = 'SCHILY.xattr.';

/**
 * The records by key. Values of `SCHILY.xattr.*` are latin1 strings: one character a byte, since attributes are not text.
 * GNU.sparse.offset and .numbytes, which repeat, are gathered in GNU.sparse.map, as a later format writes them.
 * @throws MalformedTar when a record is malformed
 */
export function decodePax(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = Object.create(null);
  const sparse: string[] = [];
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  while (rest.length > 0) {
    const { key, value, length } = record(rest);
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') sparse.push(value);
    else records[key] = value;
    rest = rest.subarray(length);
  }
  if (sparse.length > 0) records['GNU.sparse.map'] = sparse.join(',');
  return records;
}

function record(rest: Buffer): { key: string; value: string; length: number } {
  const space = rest.indexOf(0x20);
  const length = Number(rest.toString('latin1', 0, Math.max(space, 0)));
  const equals = rest.indexOf(0x3d, space);
  const whole = Number.isInteger(length) && length <= rest.length && rest[length - 1] === 0x0a;
  if (!whole || space < 1 || equals < 0 || equals >= length) throw new MalformedTar('malformed pax record');
  const key = rest.toString('utf8', space + 1, equals);
  const encoding = key.startsWith(xattrPrefix) ? 'latin1' : 'utf8';
  return { key, value: rest.toString(encoding, equals + 1, length - 1), length };
}

/** Extended attributes of an entry, byte for byte. */
export function xattrsOf(pax: Pax): [name: string, value: Buffer][] {
  return Object.entries(pax)
    .filter(([key]) => key.startsWith(xattrPrefix))
    .map(([key, value]) => [key.slice(xattrPrefix.length), Buffer.from(value, 'latin1')]);
}
