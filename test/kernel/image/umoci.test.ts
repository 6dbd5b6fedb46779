import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadArchive } from '../../../core/image/archive/load.ts';
import { resolveImage } from '../../../core/image/store/resolve.ts';
import { temporaryRoot } from '../../unit/image/tars.ts';
import { lacks, mounted, unpacked } from './layers.ts';
import { richTar, richWriters, upperTar } from './rich-layers.ts';
import { treeOf } from './tree.ts';

const tool = ['umoci', 'tar', 'bsdtar', 'python3'].find(lacks);
/** umoci 0.4 knows no entry of type `S`. */
const byUmoci = richWriters.filter((writer) => !writer.startsWith('GNU'));

describe.skipIf(tool !== undefined)(
  `an image with files of all kinds (needs ${tool ?? 'nothing more'})`,
  () => {
    it.each(byUmoci)('written as %s is unpacked as umoci does, file by file', async (writer) => {
      const at = temporaryRoot();
      const lower = richTar(join(at, 'rich'), writer);
      const upper = join(at, 'upper.tar');
      writeFileSync(upper, await upperTar());
      const umoci = (...words: string[]) => execFileSync('umoci', words, { cwd: at, stdio: 'pipe' });
      umoci('init', '--layout', 'oci');
      umoci('new', '--image', 'oci:rich');
      for (const tar of [lower, upper]) umoci('raw', 'add-layer', '--image', 'oci:rich', tar);
      umoci('unpack', '--image', 'oci:rich', 'bundle');

      const root = temporaryRoot();
      const [name = ''] = await loadArchive(root, join(at, 'oci'));
      const lookup = await resolveImage(root, name);
      if (!('found' in lookup)) throw new Error(`${name} is not found`);
      // The root of a mounted overlay is its upperdir, which is the container's and not the image's.
      const { '.': _, ...ours } = treeOf(await mounted(root, lookup.found));
      const { '.': __, ...umocis } = treeOf(join(at, 'bundle/rootfs'));
      expect(Object.keys(ours).length).toBeGreaterThan(25);
      expect(ours).toEqual(umocis);
    });

    it.each(richWriters)('written as %s is what it was, with holes where they were', async (writer) => {
      const original = join(temporaryRoot(), 'rich');
      const at = await unpacked(readFileSync(richTar(original, writer)).subarray(0, -1024));
      const gnu = writer.startsWith('GNU');
      const tree = (directory: string) =>
        Object.entries(treeOf(directory)).map(([path, file]) => {
          const blocks = file.content.includes('bytes') ? lstatSync(join(directory, path)).blocks : 0;
          // GNU's own format keeps neither attributes nor fractions of a second.
          return gnu
            ? { path, ...file, blocks, xattrs: {}, mtime: file.mtime / 1_000_000_000n }
            : { path, ...file, blocks };
        });
      expect(tree(at)).toEqual(tree(original));
    });
  },
);
