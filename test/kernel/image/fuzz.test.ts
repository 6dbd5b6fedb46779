import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { layerOf, type Member, tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { unpack } from './layers.ts';

/** Few names, so that entries meet: below a symlink, over a directory, a whiteout of either. */
const plain = fc.constantFrom('a', 'b', 'a/b', 'a/victim', 'b/new', 'a/b/c', 'victim', '/', '/a', '//b/c');
const odd = fc.constantFrom('.wh.a', 'a/.wh.b', '.wh.victim', 'b/.wh..wh..opq', '.wh..wh..opq', 'a/./b//c/');
const out = ['../', '../../', '../../../'].flatMap((up) =>
  ['', 'victim', 'outside/new'].map((to) => up + to),
);

const hostile = (outside: string): fc.Arbitrary<Member> => {
  const targets = [outside, `${outside}/victim`, `${outside}/new`, '/', '..'];
  return fc.record({
    name: fc.oneof(
      { weight: 20, arbitrary: plain },
      { weight: 5, arbitrary: odd },
      { weight: 1, arbitrary: fc.constantFrom(...out, 'a/../../victim', '.wh...', ...targets) },
    ),
    linkname: fc.oneof(plain, fc.constantFrom(...out), fc.constantFrom(...targets)),
    type: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('file', 'symlink', 'directory') },
      fc.constantFrom('link', 'fifo', 'character-device'),
    ),
    mode: fc.constantFrom(0o644, 0o755, 0o4777, 0),
    uid: fc.nat(10),
    devminor: fc.constant(3),
    mtime: fc.constant(new Date(1_500_000_000_000)),
  });
};

/** Everything outside of layers and blobs: each file with its inode, its changes and its content. */
function around(root: string, folder = '.'): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (path === 'layers' || path === 'images') return [];
    const { ino, mode, uid, nlink, mtimeMs, ctimeMs } = lstatSync(join(root, path));
    const inside = lstatSync(join(root, path)).isDirectory() ? around(root, path) : [];
    return [`${path} ${[ino, mode, uid, nlink, mtimeMs, ctimeMs]}`, ...inside];
  });
}

describe('a layer of hostile entries', () => {
  it('changes nothing outside of its directory, and is there whole or not at all', async () => {
    const root = temporaryRoot();
    // Where absolute paths lead, and `../` from a layer.
    const outside = join(root, 'outside');
    mkdirSync(outside);
    for (const folder of [outside, root]) writeFileSync(join(folder, 'victim'), 'untouched', { mode: 0o600 });
    const before = around(root);
    const results = { unpacked: 0, 'bad-image': 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(hostile(outside), { minLength: 1, maxLength: 8 }), async (members) => {
        const layer = await layerOf(root, await tarOf(...members));
        const at = join(root, 'layers', layer.diffId.slice('sha256:'.length));
        const result = await unpack(root, layer).then(
          () => 'unpacked' as const,
          (error: unknown) => failureOf(error).code,
        );
        expect(['unpacked', 'bad-image']).toContain(result);
        results[result as keyof typeof results]++;
        expect(around(root)).toEqual(before);
        expect(existsSync(at)).toBe(result === 'unpacked');
        for (const folder of ['partial', 'locks'])
          expect(
            existsSync(join(root, 'layers', folder)) ? readdirSync(join(root, 'layers', folder)) : [],
          ).toEqual([]);
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(results))).toBeGreaterThan(10);
  });
});
