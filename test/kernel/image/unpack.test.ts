import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { blobPath } from '../../../core/image/store/blobs.ts';
import { failure, layerOf, type Member, paxHeader, tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { isOpaque, isWhiteout, unpack, unpacked, xattr } from './layers.ts';

describe('unpackLayer', () => {
  it('keeps owners, modes, times, links, fifos and attributes', async () => {
    const at = await unpacked(
      { name: './', type: 'directory', mode: 0o711, uid: 5, gid: 6 },
      { name: 'bin/', type: 'directory', mode: 0o1777, uid: 7, mtime: new Date(1_000_000_000_000) },
      await paxHeader({
        'SCHILY.xattr.security.capability': Buffer.from('0100000200ff800a000000000000000000000000', 'hex'),
        mtime: '1700000000.25',
      }),
      { name: 'bin/su', content: 'x'.repeat(100_000), mode: 0o4755, uid: 1, gid: 2 },
      { name: 'bin/sh', type: 'symlink', linkname: '/bin/su', uid: 8, gid: 9 },
      { name: 'bin/hard', type: 'link', linkname: './bin/su' },
      { name: 'no/entry/for/parents', content: 'y' },
      { name: 'pipe', type: 'fifo', mode: 0o622, uid: 3 },
      { name: `${'long/'.repeat(60)}name`, content: 'z' },
    );
    expect(statSync(at)).toMatchObject({ mode: 0o40711, uid: 5, gid: 6 });
    expect(statSync(join(at, 'bin'))).toMatchObject({ mode: 0o41777, uid: 7, mtimeMs: 1_000_000_000_000 });
    expect(statSync(join(at, 'bin/su'))).toMatchObject({
      mode: 0o104755,
      uid: 1,
      gid: 2,
      size: 100_000,
      nlink: 2,
      mtimeMs: 1_700_000_000_250,
    });
    expect(xattr(join(at, 'bin/su'), 'security.capability').toString('hex')).toBe(
      '0100000200ff800a000000000000000000000000',
    );
    expect(lstatSync(join(at, 'bin/sh'))).toMatchObject({ uid: 8, gid: 9, mtimeMs: 1_700_000_000_000 });
    expect(readlinkSync(join(at, 'bin/sh'))).toBe('/bin/su');
    expect(statSync(join(at, 'no/entry')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(at, 'pipe'))).toMatchObject({ mode: 0o10622, uid: 3 });
    expect(readFileSync(join(at, `${'long/'.repeat(60)}name`), 'utf8')).toBe('z');
    expect(readlinkSync(join(at, '..', 'l', at.slice(at.lastIndexOf('/') + 1).slice(0, 12)))).toBe(
      `../${at.slice(at.lastIndexOf('/') + 1)}`,
    );
  });

  it('turns whiteouts into what overlayfs means by them', async () => {
    const at = await unpacked(
      { name: 'a/.wh.gone' },
      { name: 'b/.wh..wh..opq' },
      { name: 'b/new', content: '1' },
      { name: '.wh..wh.plnk/', type: 'directory' },
      { name: '.wh..wh.aufs' },
      { name: '.wh.file' },
      { name: 'file', content: 'again' },
      { name: '.wh.dir' },
      { name: 'dir/', type: 'directory' },
      { name: '.wh.deep' },
      { name: 'deep/er/file', content: 'again' },
      { name: 'late/', type: 'directory' },
      { name: 'late/file', content: '2' },
      { name: '.wh.late' },
    );
    expect(isWhiteout(join(at, 'a/gone'))).toBe(true);
    expect(isOpaque(join(at, 'b'))).toBe(true);
    expect(readFileSync(join(at, 'file'), 'utf8')).toBe('again');
    expect(isOpaque(join(at, 'dir'))).toBe(true);
    expect(isOpaque(join(at, 'deep'))).toBe(true);
    expect(readFileSync(join(at, 'deep/er/file'), 'utf8')).toBe('again');
    expect(isOpaque(join(at, 'late'))).toBe(true);
    expect(readdirSync(at).sort()).toEqual(['a', 'b', 'deep', 'dir', 'file', 'late']);
  });

  it('lets the later entry of a name win, and follows no symlink for it', async () => {
    const at = await unpacked(
      { name: 'twice', content: 'first' },
      { name: 'twice', content: '2nd' },
      { name: 'tree/a/b', content: 'x' },
      { name: 'tree', type: 'symlink', linkname: 'twice' },
      { name: 'tree', content: 'a file now' },
      { name: 'was-file', content: 'x' },
      { name: 'was-file/', type: 'directory', mode: 0o700 },
      { name: 'was-file/in', content: 'y' },
      { name: 'kept/in', content: 'z' },
      { name: 'kept/', type: 'directory', mode: 0o750 },
    );
    expect(readFileSync(join(at, 'twice'), 'utf8')).toBe('2nd');
    expect(readFileSync(join(at, 'tree'), 'utf8')).toBe('a file now');
    expect(readFileSync(join(at, 'was-file/in'), 'utf8')).toBe('y');
    expect(readFileSync(join(at, 'kept/in'), 'utf8')).toBe('z');
    expect(statSync(join(at, 'kept')).mode & 0o777).toBe(0o750);
  });

  it('forgets the time of a directory that a file has replaced by way of a symlink', async () => {
    const at = await unpacked(
      { name: 'b/c', type: 'directory' },
      { name: 'a', type: 'symlink', linkname: '../' },
      { name: 'a/b', content: 'x' },
    );
    expect(lstatSync(join(at, 'b')).isFile()).toBe(true);
  });

  it('keeps entries below a symlink inside the layer, wherever it points', async () => {
    const marker = `tsstep-escape-${process.pid}`;
    const at = await unpacked(
      { name: 'tmp/', type: 'directory' },
      { name: 'absolute', type: 'symlink', linkname: '/tmp' },
      { name: `absolute/${marker}`, content: 'x' },
      { name: 'climbing', type: 'symlink', linkname: '../../../../../../../../tmp' },
      { name: `climbing/${marker}-2`, content: 'x' },
      { name: 'dangling', type: 'symlink', linkname: '/nowhere/yet' },
      { name: 'dangling/file', content: 'x' },
      { name: 'link-to-file', type: 'symlink', linkname: `/tmp/${marker}-3` },
      { name: 'link-to-file', content: 'replaced' },
    );
    expect(
      existsSync(`/tmp/${marker}`) || existsSync(`/tmp/${marker}-2`) || existsSync(`/tmp/${marker}-3`),
    ).toBe(false);
    expect(readdirSync(join(at, 'tmp'))).toEqual([marker, `${marker}-2`]);
    expect(existsSync(join(at, 'nowhere/yet/file'))).toBe(true);
    expect(lstatSync(join(at, 'link-to-file')).isFile()).toBe(true);
  });

  const evil: [string, Member[], RegExp][] = [
    ['a name with ".."', [{ name: '../../evil', content: 'x' }], /"\.\."/],
    ['an absolute name with ".."', [{ name: '/../etc/evil', content: 'x' }], /"\.\."/],
    [
      'an absolute hard link to what the layer does not have',
      [{ name: 'shadow', type: 'link', linkname: '/etc/shadow' }],
      /not inside this layer/,
    ],
    ['a hard link with ".."', [{ name: 'shadow', type: 'link', linkname: '../../../etc/shadow' }], /"\.\."/],
    [
      'a hard link through a symlink that leads out',
      [
        { name: 'etc', type: 'symlink', linkname: '/etc' },
        { name: 'shadow', type: 'link', linkname: 'etc/shadow' },
      ],
      /not inside this layer/,
    ],
    [
      'a hard link through a symlink with ".."',
      [
        { name: 'up', type: 'symlink', linkname: '../../../../../..' },
        { name: 'shadow', type: 'link', linkname: 'up/etc/shadow' },
      ],
      /not inside this layer/,
    ],
    [
      'a hard link to a directory',
      [
        { name: 'd/', type: 'directory' },
        { name: 'l', type: 'link', linkname: 'd' },
      ],
      /not a file/,
    ],
    ['overlayfs’s own whiteout', [{ name: 'gone', type: 'character-device' }], /overlayfs/],
    [
      'a file used as a directory',
      [
        { name: 'a', content: 'x' },
        { name: 'a/b', content: 'y' },
      ],
      /is a file/,
    ],
    [
      'a symlink that leads to itself',
      [
        { name: 'a', type: 'symlink', linkname: 'a' },
        { name: 'a/b', content: 'y' },
      ],
      /itself/,
    ],
    ['a whiteout of the parent', [{ name: 'a/.wh...' }], /whiteout/],
    ['a name that is too long', [{ name: 'n'.repeat(300), content: 'x' }], /longer/],
  ];
  it.each(evil)('refuses %s as bad-image and leaves nothing behind', async (_, members, why) => {
    const root = temporaryRoot();
    const layer = await layerOf(root, await tarOf({ name: 'innocent', content: 'x' }, ...members));
    const told = await failure(unpack(root, layer));
    expect(told).toMatchObject({ code: 'bad-image', exit: 125 });
    expect(told.what).toContain(members.at(-1)?.name.replace(/\/$/, ''));
    expect(told.why).toMatch(why);
    expect(told.remedy).not.toBe('');
    expect(existsSync(join(root, 'layers', layer.diffId.slice('sha256:'.length)))).toBe(false);
    expect(readdirSync(join(root, 'layers/partial'))).toEqual([]);
  });

  it('reads a blob to its end, whatever follows the compressed tar', async () => {
    const root = temporaryRoot();
    const tar = await tarOf({ name: 'a', content: 'x' });
    const blob = Buffer.concat([gzipSync(tar), Buffer.alloc(2 ** 20)]);
    expect(await unpack(root, await layerOf(root, blob, tar))).toEqual({ files: 1, bytes: 1 });
  });

  it('refuses a blob whose bytes, size or content are not what the image says', async () => {
    const root = temporaryRoot();
    const tar = await tarOf({ name: 'a', content: 'x'.repeat(10_000) });
    const good = await layerOf(root, gzipSync(tar), tar);
    expect((await failure(unpack(root, { ...good, diffId: `sha256:${'0'.repeat(64)}` }))).why).toContain(
      'diff id',
    );
    expect((await failure(unpack(root, { ...good, size: 1 }))).why).toContain('1 bytes');
    const cut = gzipSync(tar).subarray(0, -30);
    expect((await failure(unpack(root, await layerOf(root, cut, tar)))).why).toContain('truncated');
    const cutTar = tar.subarray(0, 3000);
    expect((await failure(unpack(root, await layerOf(root, cutTar)))).why).toContain('damaged');
    truncateSync(blobPath(root, good.digest), 50);
    expect(await failure(unpack(root, good))).toMatchObject({
      code: 'bad-image',
      what: expect.stringContaining(good.digest),
    });
    const missing = await failure(unpack(root, { ...good, digest: `sha256:${'1'.repeat(64)}` }));
    expect(missing).toMatchObject({ code: 'bad-image', what: expect.stringContaining('missing') });
    expect(readdirSync(join(root, 'layers/partial'))).toEqual([]);
  });

  it('does the work once for two runs that want the same layer', async () => {
    const root = temporaryRoot();
    const layer = await layerOf(
      root,
      await tarOf(...Array.from({ length: 200 }, (_, i) => ({ name: `f${i}`, content: 'x' }))),
    );
    const both = await Promise.all([unpack(root, layer), unpack(root, layer)]);
    expect(both.map(({ files }) => files).sort()).toEqual([0, 200]);
    expect(await unpack(root, layer)).toEqual({ files: 0, bytes: 0 });
    expect(readdirSync(join(root, 'layers', layer.diffId.slice(7)))).toHaveLength(200);
    for (const folder of ['partial', 'locks']) expect(readdirSync(join(root, 'layers', folder))).toEqual([]);
  });
});
