import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withLock } from '../../core/kernel/fs.ts';
import { containerFiles, volumes } from '../../core/paths.ts';
import { createVolume, pruneVolumes, removeVolumeByName } from '../../core/store/volumes.ts';
import { failure, temporaryRoot } from '../unit/image/tars.ts';

const id = 'a1'.repeat(32);

it('a volume is not removed for who waited until a run had begun to use it', async () => {
  const root = temporaryRoot();
  await createVolume(root, 'data', {});
  let removing: Promise<unknown> | undefined;
  let pruning: Promise<unknown> | undefined;
  await withLock(volumes(root), () => {
    removing = failure(removeVolumeByName(root, 'data'));
    pruning = pruneVolumes(root, () => true);
    mkdirSync(containerFiles(root, id).directory, { recursive: true });
    const mounts = [{ type: 'volume', source: 'data', target: '/data', readOnly: false, noCopy: false }];
    writeFileSync(
      containerFiles(root, id).config,
      JSON.stringify({ id, image: { digest: 'sha256:' }, mounts }),
    );
  });
  expect(await removing).toMatchObject({
    code: 'volume-in-use',
    what: expect.stringContaining(id) as unknown,
  });
  expect(await pruning).toEqual({ names: [], bytes: 0 });
  expect(existsSync(join(volumes(root), 'data/_data'))).toBe(true);
});
