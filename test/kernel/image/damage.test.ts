/** A disk that lost bytes: what the store has under a name that promises others. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blobPath } from '../../../core/image/store/blobs.ts';
import { layer, rootfs, writeLayout } from '../../support/layout.ts';
import { expectRefused } from '../../support/refused.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { OtherStore } from './stores.ts';

const sandbox = useSandbox();
let stores = 0;

describe('a blob that zeros have replaced', () => {
  it.each([
    ['a layer', ({ layers }: Manifest) => layers[0]],
    ['the configuration', ({ config }: Manifest) => config],
  ])('is refused by a run, be it %s, and the next load brings it again', async (_, choose) => {
    const store = new OtherStore(sandbox, `damaged-${stores++}`);
    const archive = join(sandbox.directory, `archive-${stores}`);
    writeLayout(archive, 'healed:1', [await layer(...rootfs())]);
    await store.said('load', '-i', archive);
    fillWithZeros(blobPath(store.root, choose(manifestOf(store.root)).digest));
    expectRefused(await store.run('healed:1', 'echo', 'well'), 125, /is damaged; +the sha256/, /tsstep pull/);
    expectRefused(await store.run('healed:1', 'echo', 'well'), 125, /is missing/, /tsstep load/);
    await store.said('load', '-i', archive);
    expect(await store.run('healed:1', 'echo', 'well')).toMatchObject({ code: 0, stdout: 'well\n' });
  });

  it('in `lab` is refused too, and that image is made again once it is removed', async () => {
    const store = new OtherStore(sandbox, 'damaged-lab');
    expect((await store.run('lab', 'true')).code).toBe(0);
    rmSync(join(store.root, 'layers'), { recursive: true });
    fillWithZeros(blobPath(store.root, manifestOf(store.root).layers[0].digest));
    expectRefused(await store.run('lab', 'true'), 125, /is damaged/, /tsstep rmi -f lab/);
    expect((await store.tsstep('rmi', '-f', 'lab')).code).toBe(0);
    expect(await store.run('lab', 'echo', 'well')).toMatchObject({ code: 0, stdout: 'well\n' });
  });
});

interface Manifest {
  config: { digest: string };
  layers: readonly [{ digest: string }];
}

function manifestOf(root: string): Manifest {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  return read(blobPath(root, read(join(root, 'images/index.json')).manifests[0].digest));
}

const fillWithZeros = (path: string): void => writeFileSync(path, Buffer.alloc(statSync(path).size));
