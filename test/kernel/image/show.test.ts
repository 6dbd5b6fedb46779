/** images, history and inspect, beyond what is compared with docker’s. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blobPath } from '../../../core/image/store/blobs.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { OtherStore } from './stores.ts';

const sandbox = useSandbox();
let stores = 0;
const newStore = () => new OtherStore(sandbox, `store-${stores++}`);

describe('inspect', () => {
  it('takes a container for what is meant, and an image where there is none or where it is told to', async () => {
    const store = newStore();
    const { id } = await store.makeImage('both');
    expect(await store.said('inspect', '-f', '{{.Id}}', 'both')).toBe(`${id}\n`);
    await store.said('run', '--name', 'both', '--network', 'none', 'both', 'true');
    expect(await store.said('inspect', '-f', '{{.Name}} {{.Image}}', 'both')).toBe(`/both ${id}\n`);
    expect(await store.said('inspect', '--type', 'image', '-f', '{{.Id}}', 'both')).toBe(`${id}\n`);
    expect(await store.said('image', 'inspect', '-f', '{{json .RepoTags}}', id.slice(7, 12))).toBe(
      '["both:latest"]\n',
    );
    expect(await store.tsstep('inspect', '--type', 'container', id)).toMatchObject({
      code: 1,
      stdout: '[]\n',
    });
  });

  it('says that neither is there, and shows the others', async () => {
    const store = newStore();
    await store.makeImage('there');
    expect(await store.tsstep('inspect', '-f', '{{.Os}}', 'Nope', 'there')).toMatchObject({
      code: 1,
      stdout: 'linux\n',
      stderr: expect.stringContaining('tsstep: No such object: Nope\n'),
    });
  });

  it('names the directories that a container’s root is made of', async () => {
    const store = newStore();
    const { layers } = await store.makeImage('stacked');
    const [top, ...lower] = layers.map(({ directory }) => directory).reverse();
    const data = await store.said('image', 'inspect', '-f', '{{json .GraphDriver.Data}}', 'stacked');
    expect(JSON.parse(data)).toEqual({ UpperDir: top, LowerDir: lower.join(':') });
  });
});

describe('images', () => {
  it('are chosen by a pattern and by filters, here and as image ls', async () => {
    const store = newStore();
    await store.makeImage('app:1');
    await store.said('tag', 'app:1', 'app:2');
    await store.said('tag', 'app:1', 'ghcr.io/owner/app:1');
    const listed = async (...argv: string[]) =>
      await store.said(...argv, '--format', '{{.Repository}}:{{.Tag}}');
    expect(await listed('images')).toBe('app:1\napp:2\nghcr.io/owner/app:1\n');
    expect(await listed('image', 'ls', 'app')).toBe('app:1\napp:2\n');
    expect(await listed('images', '--filter', 'reference=*:2')).toBe('app:2\n');
    expect(await listed('images', '-a', '-f', 'since=app:1')).toBe('');
    expect(await store.said('images', '-q')).toMatch(/^[0-9a-f]{12}\n$/);
    expect(await store.tsstep('images', '-f', 'foo=bar')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("Invalid filter 'foo'"),
    });
  });

  it('have the size of their files as soon as they are unpacked', async () => {
    const store = newStore();
    const { layers } = await store.makeImage('sized');
    const size = async () => Number(await store.said('image', 'inspect', '-f', '{{.Size}}', 'sized'));
    expect(await size()).toBe(layers.reduce((sum, layer) => sum + layer.size, 0));
    await store.run('sized', 'true');
    const files = await size();
    const busybox = Number(await sandbox.sh(`stat -c %s ${layers[0]?.directory}/bin/busybox`));
    expect(files).toBeGreaterThan(busybox);
    // The second answer is the noted one.
    expect(await size()).toBe(files);
  });

  it('that are broken are listed, told, and can be removed', async () => {
    const store = newStore();
    const { id } = await store.makeImage('broken');
    rmSync(blobPath(store.root, id));
    expect(await store.tsstep('images')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^broken +latest/m),
      stderr: expect.stringContaining('broken:latest is broken'),
    });
    expect((await store.tsstep('history', 'broken')).stderr).toContain('is missing');
    expect(await store.said('rmi', 'broken')).toMatch(
      /^Untagged: broken:latest\nDeleted: sha256:[0-9a-f]{64}\n$/,
    );
    expect(store.files()).toEqual([]);
  });
});

describe('tag', () => {
  it('takes a name away from another image, which stays without one', async () => {
    const store = newStore();
    await store.makeImage('first');
    await store.said('import', '--change', 'CMD ["sh"]', await rootfs(), 'second');
    await store.said('tag', 'second', 'first');
    expect(await store.said('images', '--format', '{{.Repository}}')).toBe('first\nsecond\n<none>\n');
    expect((await store.tsstep('tag', 'first', `x@sha256:${'0'.repeat(64)}`)).stderr).toContain(
      'refusing to create a tag with a digest reference',
    );
    expect((await store.tsstep('tag', 'nope', 'x')).stderr).toContain('there is no image nope');
  });
});

async function rootfs(): Promise<string> {
  const at = `${sandbox.directory}/rootfs`;
  await sandbox.sh(`mkdir -p ${at}/bin && cp /bin/busybox ${at}/bin/sh && tar -C ${at} -cf ${at}.tar .`);
  return `${at}.tar`;
}
