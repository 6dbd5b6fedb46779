import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { useDocker } from '../../support/docker.ts';
import { rootfs, writeLayout } from '../../support/layout.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { tarOf, temporaryRoot } from '../../unit/image/tars.ts';
import { lacks } from './layers.ts';
import { richTar, upperTar } from './rich-layers.ts';
import { type TreeFile, treeOf } from './tree.ts';

const sandbox = useSandbox();
const docker = useDocker(sandbox);

const layer = (tar: Buffer) => ({ blob: gzipSync(tar), diffId: digestOf(tar) });

/** A tree as docker keeps it. */
function asDockers(tree: Record<string, TreeFile>): Record<string, TreeFile> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, file]) => {
      // What is older than 1970 is of 1970 then, and the root as old as docker's own last change to it.
      // A whiteout has no time in the tar.
      const noTime = path === '.' || file.content === 'device 0' || file.mtime < 0n;
      const mtime = noTime ? 0n : file.mtime;
      // docker sets a hard link's owner once more, and the kernel drops capabilities at that.
      const { 'security.capability': capability = '', ...rest } = file.xattrs;
      const xattrs = file.links.length > 1 ? rest : { ...rest, 'security.capability': capability };
      return [path, { ...file, mtime, xattrs }];
    }),
  );
}

describe.skipIf(lacks('tar') || lacks('python3'))('the layers of an image with files of all kinds', () => {
  it('are what docker’s overlay2 makes of them, each directory file by file', async (test) => {
    const driver = await docker.output('info', '--format', '{{.Driver}}');
    test.skip(driver !== 'overlay2', `docker uses ${driver} here and not overlay2`);
    const lower = readFileSync(richTar(join(temporaryRoot(), 'rich'), 'pax, sparse 1.0'));
    const tars = [
      await tarOf({ name: './', type: 'directory', mode: 0o755 }, ...rootfs()),
      lower,
      await upperTar(),
    ];
    const layout = writeLayout(
      join(sandbox.directory, 'rich'),
      'docker.io/library/rich:latest',
      tars.map(layer),
    );
    const loaded = await sandbox.tsstep(['load', '-i', layout]);
    expect(loaded).toMatchObject({ code: 0 });
    expect(await sandbox.tsstep(['run', '--rm', 'rich', 'echo'])).toMatchObject({ stderr: '' });
    await docker.load(sandbox.root, 'rich');

    const format = '{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}';
    const dockers = (await docker.output('image', 'inspect', '--format', format, 'rich'))
      .split(':')
      .reverse();
    expect(dockers).toHaveLength(tars.length);
    for (const [index, tar] of tars.entries()) {
      const ours = treeOf(join(sandbox.root, 'layers', digestOf(tar).slice('sha256:'.length)));
      const theirs = treeOf(dockers[index] ?? '');
      expect(asDockers(ours), `layer ${index}`).toEqual(asDockers(theirs));
    }
  });
});
