import { describe, expect, it } from 'vitest';
import { decodePax, xattrsOf } from '../../../core/image/tar/pax.ts';
import { tarEntries } from '../../../core/image/tar/tar.ts';
import { encodePax, type NewEntry, writeTar } from '../../../core/image/tar/tar-writer.ts';

const file: NewEntry = { type: 'file', path: 'f', mode: 0o644, uid: 0, gid: 0, mtime: 0n, size: 0 };

async function again(entries: readonly NewEntry[]) {
  const found: { header: Record<string, unknown>; bytes: Buffer }[] = [];
  for await (const { header, content } of tarEntries(writeTar(entries), 'the tar')) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    found.push({ header: { ...header }, bytes: Buffer.concat(chunks) });
  }
  return found;
}

describe('a tar that is written', () => {
  it.each([
    [
      'a name of 300 bytes',
      { path: `${'d'.repeat(200)}/${'f'.repeat(99)}` },
      { name: `${'d'.repeat(200)}/${'f'.repeat(99)}` },
    ],
    ['a name that is not ASCII', { path: 'ünï' }, { name: 'ünï' }],
    [
      'a long symlink',
      { type: 'symlink', target: 't'.repeat(200) },
      { type: 'symlink', linkname: 't'.repeat(200) },
    ],
    [
      'an owner beyond two million',
      { uid: 2 ** 31 },
      { pax: expect.objectContaining({ uid: String(2 ** 31) }) },
    ],
    ['a fraction of a second', { mtime: 1_700_000_000_250_000_000n }, { pax: { mtime: '1700000000.25' } }],
    ['a time before 1970', { mtime: -1_500_000_000n }, { pax: { mtime: '-1.5' } }],
    ['a device', { type: 'block-device', device: { major: 8, minor: 1 } }, { devmajor: 8, devminor: 1 }],
    ['nothing special', {}, { name: 'f', pax: {} }],
  ] as const)('keeps %s', async (_, entry, header) => {
    const [first] = await again([{ ...file, ...(entry as Partial<NewEntry>) }, file]);
    expect(first?.header).toMatchObject(header);
  });

  it('keeps attributes byte for byte, and what comes after them', async () => {
    const value = Buffer.from([0, 0xff, 0x0a, 0x3d, 0x80]);
    const content = Buffer.alloc(1_000_000, 7);
    const entry = {
      ...file,
      xattrs: [['security.capability', value] as const],
      size: content.length,
      content: [content],
    };
    const [first, second] = await again([entry, { ...file, path: 'last' }]);
    expect(xattrsOf(first?.header.pax as Record<string, string>)).toEqual([['security.capability', value]]);
    expect(first?.bytes.equals(content)).toBe(true);
    expect(second?.header.name).toBe('last');
  });

  it('fails with the error of what is packed', async () => {
    function* broken(): Generator<NewEntry> {
      yield file;
      throw new Error('the disk is gone');
    }
    await expect(drain(writeTar(broken()))).rejects.toThrow('the disk is gone');
  });

  it('counts the digits of a record’s length into it', () => {
    for (const length of [0, 1, 89, 90, 91, 92, 985, 990, 9985, 9990]) {
      const value = Buffer.alloc(length, 0x61);
      expect(decodePax(encodePax([['key', value]]))).toEqual({ key: value.toString() });
    }
  });
});

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}
