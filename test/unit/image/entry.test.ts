import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { decodePax, xattrsOf } from '../../../core/image/tar/pax.ts';
import { tarEntries } from '../../../core/image/tar/tar.ts';
import type { TarHeader } from '../../../core/image/tar/tar-header.ts';
import { checkEntry } from '../../../core/image/unpack/entry.ts';
import { chunked, failure, paxHeader, tarOf } from './tars.ts';

const file: TarHeader = {
  name: 'a',
  type: 'file',
  linkname: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0,
  devmajor: 0,
  devminor: 0,
  pax: {},
};

async function entries(tar: Uint8Array) {
  const found: { name: string; text: string; xattrs: [string, Buffer][] }[] = [];
  for await (const { header, content } of tarEntries(chunked(tar), 'the tar')) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    found.push({ name: header.name, text: Buffer.concat(chunks).toString(), xattrs: xattrsOf(header.pax) });
  }
  return found;
}

describe('checkEntry', () => {
  it('normalises names and keeps setuid and sticky bits', () => {
    expect(checkEntry({ ...file, name: './a/./b//c', mode: 0o107755 })).toMatchObject({
      path: 'a/b/c',
      mode: 0o7755,
    });
    expect(checkEntry({ ...file, name: './', type: 'directory' }).path).toBe('');
  });

  it('takes a path that begins with a slash from the root of the layer, as docker does', () => {
    expect(checkEntry({ ...file, name: '/', type: 'directory' }).path).toBe('');
    expect(checkEntry({ ...file, name: '//etc/passwd' }).path).toBe('etc/passwd');
    expect(checkEntry({ ...file, type: 'link', linkname: '/etc/shadow' }).target).toBe('etc/shadow');
    expect(checkEntry({ ...file, type: 'symlink', linkname: '/etc/shadow' }).target).toBe('/etc/shadow');
  });

  it.each([
    ['1700000000.25', 1_700_000_000_250_000_000n],
    ['1700000000.1234567899', 1_700_000_000_123_456_789n],
    ['-1.5', -1_500_000_000n],
    ['-0.000000001', -1n],
    ['7', 7_000_000_000n],
  ])('takes ids and the time %s from pax records', (mtime, nanoseconds) => {
    const pax = { uid: '3000000', gid: '4000000', mtime };
    expect(checkEntry({ ...file, pax })).toMatchObject({
      uid: 3_000_000,
      gid: 4_000_000,
      mtime: nanoseconds,
    });
  });

  const evil: [string, TarHeader, RegExp][] = [
    ['".." in its name', { ...file, name: '../etc/passwd' }, /"\.\."/],
    ['".." in the middle', { ...file, name: 'a/../../b' }, /"\.\."/],
    ['".." behind a slash', { ...file, name: '/../etc/passwd' }, /"\.\."/],
    ['a NUL in its name', { ...file, name: 'a\0b' }, /NUL/],
    ['a name that is not UTF-8', { ...file, name: 'a\ufffd' }, /UTF-8/],
    ['a hard link with ".."', { ...file, type: 'link', linkname: '../../etc/shadow' }, /"\.\."/],
    ['a hard link to nothing', { ...file, type: 'link', linkname: '' }, /without a target/],
    ['overlayfs’s whiteout', { ...file, type: 'character-device' }, /overlayfs/],
    ['an unknown type', { ...file, type: { unknown: 'V' } }, /type/],
    ['a file as the root', { ...file, name: './' }, /root of a layer/],
    ['an overlay attribute', { ...file, pax: { 'SCHILY.xattr.trusted.overlay.redirect': '/' } }, /overlayfs/],
    ['a time that is no number', { ...file, pax: { mtime: 'yesterday' } }, /time/],
    ['a time that no number can hold', { ...file, pax: { mtime: '1e300' } }, /time/],
    ['an owner that is no number', { ...file, pax: { uid: '-1' } }, /owner/],
  ];
  it.each(evil)('refuses %s as bad-image that names the entry and a remedy', (_, header, why) => {
    let thrown: unknown;
    try {
      checkEntry(header);
    } catch (error) {
      thrown = error;
    }
    const told = failureOf(thrown);
    expect(told.code).toBe('bad-image');
    expect(told.what).toContain(JSON.stringify(header.name));
    expect(told.why).toMatch(why);
    expect(told.remedy).not.toBe('');
  });
});

describe('tarEntries', () => {
  // A capability in vfs_cap_data; 0xff and 0x80 are no UTF-8, and 0x0a ends a record for a careless parser.
  const capability = Buffer.from('0100000200ff800a000000000000000000000000', 'hex');

  it('keeps extended attributes byte for byte', async () => {
    const tar = await tarOf(
      await paxHeader({ 'SCHILY.xattr.security.capability': capability }),
      { name: 'ping', content: 'x' },
      { name: 'b' },
    );
    const [ping, other] = await entries(tar);
    expect(ping?.xattrs).toEqual([['security.capability', capability]]);
    expect(other?.xattrs).toEqual([]);
  });

  it('reads long and non-ASCII names', async () => {
    const long = `${'directory/'.repeat(30)}ä`;
    expect((await entries(await tarOf({ name: long, content: 'x' })))[0]).toMatchObject({
      name: long,
      text: 'x',
    });
  });

  it('skips content that nobody reads', async () => {
    const names: string[] = [];
    const tar = await tarOf({ name: 'a', content: 'x'.repeat(100_000) }, { name: 'b', content: 'y' });
    for await (const { header } of tarEntries(chunked(tar, 5000), 'the tar')) names.push(header.name);
    expect(names).toEqual(['a', 'b']);
  });

  it('stops reading its source when its reader has had enough', async () => {
    let ended = false;
    async function* source() {
      try {
        yield* chunked(
          await tarOf({ name: 'a', content: 'x' }, { name: 'b', content: 'y'.repeat(100_000) }),
          600,
        );
      } finally {
        ended = true;
      }
    }
    for await (const _ of tarEntries(source(), 'the tar')) break;
    expect(ended).toBe(true);
  });

  it('refuses a truncated tar and one that is none as bad-image', async () => {
    const tar = await tarOf({ name: 'a', content: 'x'.repeat(5000) });
    expect((await failure(entries(tar.subarray(0, 2000)))).code).toBe('bad-image');
    expect((await failure(entries(Buffer.alloc(2048, 7)))).code).toBe('bad-image');
  });

  it('passes errors of its source through', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield await tarOf({ name: 'a' });
      throw Object.assign(new Error('EIO: the disk'), { code: 'EIO' });
    }
    await expect(async () => {
      for await (const _ of tarEntries(source(), 'the tar'));
    }).rejects.toMatchObject({ code: 'EIO' });
  });
});

describe('decodePax', () => {
  it.each(['', '5 a=', '99 a=b\n', 'x a=b\n', '6 ab\n\n'])('refuses %j unless it is empty', (text) => {
    const decode = () => decodePax(Buffer.from(text));
    if (text === '') expect(decode()).toEqual({});
    else expect(decode).toThrow('malformed');
  });

  it('does not let a record named __proto__ reach a prototype', () => {
    const records = decodePax(Buffer.from('15 __proto__=a\n'));
    expect(Object.keys(records)).toEqual(['__proto__']);
  });
});
