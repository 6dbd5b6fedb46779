import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { blobPath, readBlob, verifyBlob, writeBlob } from '../../../core/image/store/blobs.ts';
import { readIndex, recordImage, storedName } from '../../../core/image/store/layout.ts';
import { withLock } from '../../../core/kernel/fs.ts';
import { failure, temporaryRoot } from './tars.ts';

const bytes = Buffer.from('hello');
const type = 'application/vnd.oci.image.manifest.v1+json';

describe('the blob store', () => {
  it('keeps a blob under its digest and gives it back verified', async () => {
    const root = temporaryRoot();
    const blob = await writeBlob(root, [bytes], { digest: digestOf(bytes), size: 5 });
    expect(blob).toEqual({ digest: digestOf(bytes), size: 5 });
    expect(readFileSync(join(root, 'images/blobs/sha256', digestOf(bytes).slice(7)), 'utf8')).toBe('hello');
    expect((await readBlob(root, blob.digest)).toString()).toBe('hello');
    await verifyBlob(root, blob);
  });

  it.each([
    ['another digest', { digest: digestOf('other') }],
    ['fewer bytes', { digest: digestOf(bytes), size: 3 }],
    ['more bytes', { digest: digestOf(bytes), size: 9 }],
  ])('refuses a stream that has %s than promised, and keeps nothing', async (_, expected) => {
    const root = temporaryRoot();
    expect((await failure(writeBlob(root, [bytes], expected))).code).toBe('bad-image');
    expect(existsSync(blobPath(root, digestOf(bytes)))).toBe(false);
    expect(readdirSync(join(root, 'images/tmp'))).toEqual([]);
  });

  it('notices when a blob was changed on disk, or is gone', async () => {
    const root = temporaryRoot();
    const { digest } = await writeBlob(root, [bytes]);
    for (const read of [() => readBlob(root, digest), () => verifyBlob(root, { digest, size: 5 })]) {
      writeFileSync(blobPath(root, digest), 'jello');
      expect(await failure(read())).toMatchObject({ what: expect.stringContaining('is damaged') });
      expect(await failure(read())).toMatchObject({ what: expect.stringContaining('is missing') });
    }
    await writeBlob(root, [bytes]);
    // Whoever promised six was wrong, and not the blob.
    expect(await failure(verifyBlob(root, { digest, size: 6 }))).toMatchObject({ code: 'bad-image' });
    await verifyBlob(root, { digest, size: 5 });
    expect(await failure(readBlob(root, digestOf('gone')))).toMatchObject({ code: 'bad-image' });
    expect(await failure(readBlob(root, 'sha256:../../../etc/passwd'))).toMatchObject({ code: 'bad-image' });
  });
});

describe('the index of names', () => {
  const one = { mediaType: type, digest: digestOf('1'), size: 1 };
  const two = { mediaType: type, digest: digestOf('2'), size: 2 };
  const state = (root: string) =>
    readIndex(root).map((descriptor) => [storedName(descriptor), descriptor.digest]);

  it('is an OCI layout, gives each name once and forgets no image', async () => {
    const root = temporaryRoot();
    expect(state(root)).toEqual([]);
    await recordImage(root, one, 'docker.io/library/a:1');
    await recordImage(root, one, 'docker.io/library/b:1');
    await recordImage(root, two, 'docker.io/library/a:1');
    expect(state(root)).toEqual([
      ['docker.io/library/b:1', one.digest],
      ['docker.io/library/a:1', two.digest],
    ]);
    await recordImage(root, two, 'docker.io/library/b:1');
    expect(state(root)).toContainEqual([undefined, one.digest]);
    await recordImage(root, one);
    expect(state(root)).toHaveLength(3);
    expect(JSON.parse(readFileSync(join(root, 'images/oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
  });

  it('keeps every name when many are recorded at once', async () => {
    const root = temporaryRoot();
    const names = Array.from({ length: 20 }, (_, i) => `docker.io/library/n${i}:1`);
    await Promise.all(names.map((name) => recordImage(root, one, name)));
    expect(readIndex(root).map(storedName).sort()).toEqual([...names].sort());
  });

  it('changes nothing while another process holds the lock', async () => {
    const root = temporaryRoot();
    let recording: Promise<void> | undefined;
    await withLock(join(root, 'images/.lock'), async () => {
      recording = recordImage(root, one);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(readIndex(root)).toEqual([]);
    });
    await recording;
    expect(readIndex(root)).toHaveLength(1);
  });

  it('says bad-image when index.json is damaged', async () => {
    const root = temporaryRoot();
    mkdirSync(join(root, 'images'));
    writeFileSync(join(root, 'images/index.json'), '{"schemaVersion":2,"manifests":[{}]}');
    expect(await failure(recordImage(root, one))).toMatchObject({
      code: 'bad-image',
      why: expect.stringContaining('manifests.0'),
    });
  });
});
