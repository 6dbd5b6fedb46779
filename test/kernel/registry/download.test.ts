import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobPath } from '../../../core/image/store/blobs.ts';
import { Registry } from '../../../core/registry/client.ts';
import { downloadBlob } from '../../../core/registry/download.ts';
import type { Fault } from '../../support/fault-proxy.ts';
import { useNetworkOf } from '../../support/inside.ts';
import { layer, writeLayout } from '../../support/layout.ts';
import { useRegistry } from '../../support/registry.ts';
import { useSandbox } from '../../support/sandbox.ts';
import { failure, temporaryRoot } from '../../unit/image/tars.ts';

const sandbox = useSandbox();
useNetworkOf(sandbox);
const registry = useRegistry(sandbox);
const settings = { mirrors: [], insecure: [] };
const content = randomBytes(3_000_000);
let blob = { digest: '', size: 0 };
let bytes: Uint8Array = new Uint8Array();
let front = '';

beforeAll(async () => {
  if (registry.host === '') return;
  const one = await layer({ name: 'content', content });
  const directory = writeLayout(join(sandbox.directory, 'big'), '1', [one]);
  await registry.fill(`oci:${directory}:1`, 'team/big:1');
  front = await registry.front();
  bytes = one.blob;
  const manifest = await client(registry.host).manifest('team/big', '1');
  blob = JSON.parse(manifest.bytes.toString()).layers[0];
});

const client = (host: string) =>
  new Registry({ registry: host, url: `http://${host}`, mirror: false }, { env: {}, settings });

const partialPath = (root: string) => join(root, 'images/downloads', blob.digest.slice('sha256:'.length));

/** What a tsstep that was killed leaves. */
function leave(root: string, left: Uint8Array): void {
  mkdirSync(dirname(partialPath(root)), { recursive: true });
  writeFileSync(partialPath(root), left);
}

async function fetchWith(root: string, ...faults: Fault[]) {
  registry.proxy.fail(...faults);
  const through = client(front);
  try {
    return await downloadBlob(through, root, 'team/big', blob);
  } finally {
    through.close();
  }
}

const isWhole = (root: string) => readFileSync(blobPath(root, blob.digest)).equals(bytes);
const nothingLeft = (root: string) => expect(readdirSync(join(root, 'images/downloads'))).toEqual([]);
const ranges = () =>
  registry.proxy.seen.filter(({ path }) => path.includes('/blobs/')).map(({ range }) => range);

describe('a download', () => {
  it('brings a blob to the store', async () => {
    const root = temporaryRoot();
    expect(await fetchWith(root)).toMatchObject({ status: 200, size: blob.size, digest: blob.digest });
    expect(isWhole(root)).toBe(true);
    nothingLeft(root);
    expect(await fetchWith(root)).toMatchObject({ already: true });
    expect(registry.proxy.seen).toEqual([]);
  });

  it('goes on by Range where the connection broke', async () => {
    const root = temporaryRoot();
    const done = await fetchWith(
      root,
      { match: /blobs/, cutAfter: 2_000_000 },
      { match: /blobs/, cutAfter: 1000 },
    );
    expect(isWhole(root)).toBe(true);
    const [first, ...others] = ranges();
    expect(first).toBeUndefined();
    // What had not been read when the connection broke is lost.
    expect(others).toEqual([
      expect.stringMatching(/^bytes=1\d{6}-|bytes=2000000-$/),
      expect.stringMatching(/^bytes=[12]\d{6}-$/),
    ]);
    expect(done.retries).toHaveLength(2);
    expect(done.resumed).toBeUndefined();
  });

  it('begins anew when the registry does not know Range', async () => {
    const root = temporaryRoot();
    await fetchWith(root, { match: /blobs/, cutAfter: 2_000_000 }, { match: /blobs/, ignoreRange: true });
    expect(isWhole(root)).toBe(true);
    expect(ranges()).toEqual([undefined, expect.stringMatching(/^bytes=[12]\d{6}-$/)]);
  });

  it('goes on with what a killed tsstep left', async () => {
    const root = temporaryRoot();
    leave(root, bytes.subarray(0, 1_234_567));
    expect(await fetchWith(root)).toMatchObject({ resumed: 1_234_567, status: 206 });
    expect(ranges()).toEqual(['bytes=1234567-']);
    expect(isWhole(root)).toBe(true);
  });

  it('asks nothing when all of it is left already', async () => {
    const root = temporaryRoot();
    leave(root, bytes);
    expect(await fetchWith(root)).toMatchObject({ resumed: blob.size, status: 0 });
    expect(registry.proxy.seen).toEqual([]);
    expect(isWhole(root)).toBe(true);
  });

  it.each([
    ['damaged', () => Buffer.concat([Buffer.from([bytes[0] ?? 0, 0, 1]), bytes.subarray(3, 5000)])],
    ['longer than the blob', () => Buffer.concat([bytes, Buffer.from('more')])],
  ])('begins anew when what is left is %s', async (_, left) => {
    const root = temporaryRoot();
    leave(root, left());
    await fetchWith(root);
    expect(isWhole(root)).toBe(true);
    nothingLeft(root);
  });

  it.each<[string, Fault]>([
    ['a byte is another', { match: /blobs/, corruptAt: 777 }],
    ['it ends too soon', { match: /blobs/, shorten: 1000 }],
    ['it is another blob', { match: /blobs/, status: 200, body: 'hello' }],
    ['it does not end', { match: /blobs/, status: 200, body: 'x'.repeat(4_000_000) }],
  ])('keeps nothing when %s', async (_, fault) => {
    const root = temporaryRoot();
    expect(await failure(fetchWith(root, fault))).toMatchObject({ code: 'bad-image' });
    expect(existsSync(blobPath(root, blob.digest))).toBe(false);
    nothingLeft(root);
  });

  it('gives up when the connection breaks again and again, and keeps what came', async () => {
    const root = temporaryRoot();
    const cuts = [1, 2, 3, 4].map(() => ({ match: /blobs/, cutAfter: 1000 }));
    expect(await failure(fetchWith(root, ...cuts))).toMatchObject({ code: 'registry' });
    expect(statSync(partialPath(root)).size).toBeGreaterThan(1000);
  });

  it('is done once when two want the same blob', async () => {
    const root = temporaryRoot();
    const both = await Promise.all([fetchWith(root), fetchWith(root)]);
    expect(both.filter(({ already }) => already)).toHaveLength(1);
    expect(ranges()).toHaveLength(1);
  });

  it('lets the next one begin when the first has failed', async () => {
    const root = temporaryRoot();
    const failing = fetchWith(root, { match: /blobs/, corruptAt: 1 });
    while (registry.proxy.seen.length === 0) await new Promise(setImmediate);
    const waiting = downloadBlob(client(registry.host), root, 'team/big', blob);
    const [first, second] = await Promise.allSettled([failing, waiting]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(isWhole(root)).toBe(true);
    nothingLeft(root);
  });

  it('goes on where a tsstep was killed in the middle', async () => {
    const root = temporaryRoot();
    registry.proxy.fail({ match: /blobs/, stallAfter: 2_000_000 });
    const script = await downloader();
    const words = [process.execPath, script, front, root, blob.digest, `${blob.size}`];
    const killed = sandbox.start(words);
    await expect
      .poll(() => statSync(partialPath(root), { throwIfNoEntry: false })?.size ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(1_000_000);
    killed.kill('SIGKILL');
    await killed.ended;
    const { size } = statSync(partialPath(root));
    expect(await fetchWith(root)).toMatchObject({ resumed: size, status: 206 });
    expect(isWhole(root)).toBe(true);
  });
});

/** A program that does nothing but download: arguments are host, root, digest and size. */
async function downloader(): Promise<string> {
  const outfile = join(sandbox.directory, 'downloader.cjs');
  const contents = `
    import { Registry } from './core/registry/client.ts';
    import { downloadBlob } from './core/registry/download.ts';
    const [host, root, digest, size] = process.argv.slice(2);
    const endpoint = { registry: host, url: 'http://' + host, mirror: false };
    const registry = new Registry(endpoint, { env: {}, settings: { mirrors: [], insecure: [] } });
    void downloadBlob(registry, root, 'team/big', { digest, size: Number(size) });`;
  const top = join(import.meta.dirname, '../../..');
  await build({
    stdin: { contents, resolveDir: top },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    define: { 'import.meta.dirname': JSON.stringify(join(top, 'dist')) },
    logLevel: 'error',
  });
  return outfile;
}
