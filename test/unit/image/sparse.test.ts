import { describe, expect, it } from 'vitest';
import type { Sparse } from '../../../core/image/tar/sparse.ts';
import { tarEntries } from '../../../core/image/tar/tar.ts';
import { chunked, failure, type Member, paxHeader, sealed, tarOf } from './tars.ts';

/** The first file of a tar. */
async function first(tar: Uint8Array): Promise<{ name: string; sparse: Sparse | undefined; text: string }> {
  for await (const { header, content } of tarEntries(chunked(tar, 700), 'the tar')) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return { name: header.name, sparse: header.sparse, text: Buffer.concat(chunks).toString() };
  }
  throw new Error('the tar is empty');
}

type Records = Readonly<Record<string, string>>;
const tar = async (records: Records, content: string): Promise<Buffer> =>
  await tarOf(await paxHeader(records), { name: 'stored', content });

const format1 = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '100' };
const map = (text: string): string => text.padEnd(512, '\0');

/** GNU's own format: four segments in the header, the others in blocks behind it. */
async function gnu(
  pairs: readonly (readonly [number, number])[],
  size: number,
  content: string,
): Promise<Buffer> {
  const member: Member = { name: 'old', content };
  const whole = await tarOf(member);
  const header = whole.subarray(0, 512);
  const octal = (value: number) => `${value.toString(8).padStart(11, '0')}\0`;
  const fields = pairs.map(([offset, length]) => octal(offset) + octal(length));
  header.write('S', 156);
  header.write('ustar  \0', 257);
  header.fill(0, 345);
  header.write(fields.slice(0, 4).join(''), 386);
  header.writeUInt8(fields.length > 4 ? 1 : 0, 482);
  header.write(octal(size), 483);
  const blocks: Buffer[] = [];
  for (let at = 4; at < fields.length; at += 21) {
    const block = Buffer.alloc(512);
    block.write(fields.slice(at, at + 21).join(''), 0);
    block.writeUInt8(fields.length > at + 21 ? 1 : 0, 504);
    blocks.push(block);
  }
  return Buffer.concat([sealed(header), ...blocks, whole.subarray(512)]);
}

describe('a sparse file', () => {
  const segments = [
    { offset: 10, length: 3 },
    { offset: 50, length: 2 },
  ];

  it('of format 1.0 has its map before its data', async () => {
    const content = `${map('2\n10\n3\n50\n2\n')}abcde`;
    expect(await first(await tar({ ...format1, 'GNU.sparse.name': 'real' }, content))).toEqual({
      name: 'real',
      sparse: { size: 100, segments, mapSize: 512 },
      text: 'abcde',
    });
  });

  it('of format 1.0 may have a map of many blocks', async () => {
    const pairs = Array.from({ length: 200 }, (_, at) => `${at * 1000}\n1\n`).join('');
    const text = `200\n${pairs}`;
    const size = Math.ceil(text.length / 512) * 512;
    const content = text.padEnd(size, '\0') + 'x'.repeat(200);
    const { sparse } = await first(await tar({ ...format1, 'GNU.sparse.realsize': '1000000' }, content));
    expect(sparse?.mapSize).toBe(size);
    expect(sparse?.segments).toHaveLength(200);
    expect(sparse?.segments[199]).toEqual({ offset: 199_000, length: 1 });
  });

  it('of format 0.1 has its map in a record', async () => {
    const records = { 'GNU.sparse.size': '100', 'GNU.sparse.map': '10,3,50,2' };
    expect((await first(await tar(records, 'abcde'))).sparse).toEqual({ size: 100, segments, mapSize: 0 });
  });

  it('of GNU’s own format has its map in blocks behind its header', async () => {
    const pairs = Array.from({ length: 60 }, (_, at) => [at * 1000, 1] as const);
    const { sparse, text } = await first(await gnu(pairs, 70_000, 'y'.repeat(60)));
    expect(sparse).toMatchObject({ size: 70_000, mapSize: 0 });
    expect(sparse?.segments).toEqual(pairs.map(([offset, length]) => ({ offset, length })));
    expect(text).toBe('y'.repeat(60));
  });

  it.each<[string, () => Promise<Buffer>, RegExp]>([
    ['overlaps', () => tar(format1, `${map('2\n10\n3\n11\n2\n')}abcde`), /order/],
    ['goes backwards', () => tar(format1, `${map('2\n50\n3\n10\n2\n')}abcde`), /order/],
    ['goes beyond the end', () => tar(format1, `${map('1\n98\n5\n')}abcde`), /order/],
    ['is shorter than its data', () => tar(format1, `${map('1\n10\n3\n')}abcde`), /does not fit/],
    ['is longer than its data', () => tar(format1, `${map('1\n10\n30\n')}abcde`), /does not fit/],
    ['never ends', () => tar(format1, `999999\n${'1\n'.repeat(600_000)}`), /1048576/],
    ['has one endless number', () => tar(format1, '9'.repeat(2_000_000)), /no numbers/],
    ['promises more than there is', () => tar(format1, map('99\n1\n1\n')), /no numbers/],
    ['is no map', () => tar(format1, map('two\n')), /"two"/],
    ['has half a pair', () => tar({ 'GNU.sparse.size': '9', 'GNU.sparse.map': '1' }, 'a'), /order/],
    ['has no size', () => tar({ 'GNU.sparse.map': '1,1' }, 'a'), /number/],
    ['is of an unknown format', () => tar({ 'GNU.sparse.major': '2', 'GNU.sparse.minor': '0' }, ''), /2\.0/],
    [
      'of GNU’s own overlaps',
      () =>
        gnu(
          [
            [5, 5],
            [7, 5],
          ],
          100,
          'abcdeabcde',
        ),
      /order/,
    ],
  ])('whose map %s is refused as bad-image', async (_, make, why) => {
    const told = await failure(first(await make()));
    expect(told).toMatchObject({ code: 'bad-image', what: 'the tar' });
    expect(told.why).toMatch(why);
  });
});
