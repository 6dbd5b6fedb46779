import { describe, expect, it } from 'vitest';
import { follow } from '../../../../core/image/inside/follow.ts';
import { listTar, tarContent } from '../../../../core/image/inside/list-tar.ts';
import { chunked, failure, type Member, tarOf } from '../tars.ts';
import { folder } from './images.ts';

const list = async (...members: readonly Member[]) =>
  await listTar(chunked(await tarOf(...members), 1000), 'the layer');

describe('the list of a tar', () => {
  it('has the last of several entries with one name, and where its content is', async () => {
    const members = [
      { name: 'a', content: 'first' },
      { name: './a', content: 'second' },
    ];
    const { files } = await list(...members);
    expect([...files.keys()]).toEqual(['a']);
    const { entry = -1, size } = files.get('a') ?? {};
    expect({ entry, size }).toEqual({ entry: 1, size: 6 });
    let content = '';
    for await (const chunk of tarContent(chunked(await tarOf(...members)), entry, 'the layer'))
      content += Buffer.from(chunk);
    expect(content).toBe('second');
  });

  it('has the directories that unpacking makes on the way', async () => {
    const { files } = await list({ name: 'a/b/c', content: 'x' });
    expect([...files.keys()]).toEqual(['a', 'a/b', 'a/b/c']);
    expect(files.get('a')).toMatchObject({ type: 'directory', mode: 0o755 });
  });

  it('puts what is below a symlink of the layer where that leads, and never outside', async () => {
    const { files } = await list(
      folder('real'),
      { name: 'way', type: 'symlink', linkname: '/../../real' },
      { name: 'way/x', content: 'x' },
      { name: 'out', type: 'symlink', linkname: '../../../../etc' },
      { name: 'out/passwd', content: 'mine' },
    );
    expect([...files.keys()].sort()).toEqual(['etc', 'etc/passwd', 'out', 'real', 'real/x', 'way']);
  });

  it('has whiteouts apart from files', async () => {
    const { files, removed, opaque } = await list(
      { name: 'a/.wh.gone' },
      { name: 'b/.wh..wh..opq' },
      { name: '.wh..wh.plnk', content: '' },
    );
    expect([...files.keys()]).toEqual(['a', 'b']);
    expect([[...removed], [...opaque]]).toEqual([['a/gone'], ['b']]);
  });

  it.each<[string, Member[]]>([
    ['a hard link to what is not there', [{ name: 'a', type: 'link', linkname: 'b' }]],
    ['a path that leads out', [{ name: '../a', content: '' }]],
    [
      'symlinks in a circle',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
        { name: 'a/x', content: '' },
      ],
    ],
  ])('refuses %s, as unpacking does', async (_, members) => {
    expect((await failure(list(...members))).code).toBe('bad-image');
  });
});

describe('following symlinks', () => {
  const links: Record<string, string> = {
    bin: 'usr/bin',
    'usr/bin/sh': '/bin/busybox',
    up: '../../..',
    round: 'round',
  };
  const at = (path: string) => {
    const target = links[path];
    return target === undefined
      ? undefined
      : { type: 'symlink' as const, mode: 0o777, uid: 0, gid: 0, size: 0, target };
  };

  it.each([
    ['/bin/sh', true, 'usr/bin/busybox'],
    ['/bin/sh', false, 'usr/bin/sh'],
    ['up/etc/../x', true, 'x'],
    ['../../nothing/here', true, 'nothing/here'],
    ['/', true, ''],
    ['round/x', true, undefined],
    ['round', false, 'round'],
  ])('of %s (the last too: %s) ends at %s', (path, last, end) => {
    expect(follow(path, at, { last })).toBe(end);
  });
});
