import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/image/digest.ts';
import { readImage } from '../../../core/image/manifest.ts';
import { localPlatform, pickPlatform } from '../../../core/image/platform.ts';
import type { Descriptor } from '../../../core/image/schema.ts';
import { editDistance, similarNames } from '../../../core/image/store/similar.ts';
import { failure } from './tars.ts';

const oci = 'application/vnd.oci.image';
const docker = 'application/vnd.docker';
const layer = { mediaType: `${oci}.layer.v1.tar+gzip`, digest: digestOf('layer'), size: 5 };

/** Documents by digest, as a registry or a store holds them. */
class Documents {
  readonly #blobs = new Map<string, Buffer>();
  add(mediaType: string, content: object): Descriptor {
    const bytes = Buffer.from(JSON.stringify(content));
    this.#blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  }
  readonly read = (digest: string): Promise<Buffer> =>
    Promise.resolve(this.#blobs.get(digest) ?? Buffer.alloc(0));
}

function manifestIn(
  documents: Documents,
  { kind = 'oci', diffIds = [digestOf('tar')], configType = '', extra = {} } = {},
): Descriptor {
  const config = documents.add(
    configType || (kind === 'oci' ? `${oci}.config.v1+json` : `${docker}.container.image.v1+json`),
    { config: { Cmd: ['sh'], Env: null }, rootfs: { type: 'layers', diff_ids: diffIds } },
  );
  const type = kind === 'oci' ? `${oci}.manifest.v1+json` : `${docker}.distribution.manifest.v2+json`;
  return documents.add(type, { schemaVersion: 2, mediaType: type, config, layers: [layer], ...extra });
}

const local = process.arch === 'x64' ? 'amd64' : process.arch;
const at = (descriptor: Descriptor, architecture: string, variant?: string): Descriptor => ({
  ...descriptor,
  platform: { os: 'linux', architecture, variant },
});

describe('readImage', () => {
  it.each([
    `${docker}.image.rootfs.foreign.diff.tar.gzip`,
    `${docker}.image.rootfs.foreign.diff.tar`,
    `${oci}.layer.nondistributable.v1.tar`,
    `${oci}.layer.nondistributable.v1.tar+gzip`,
    `${oci}.layer.nondistributable.v1.tar+zstd`,
  ])('refuses a layer of type %s, and says which it is', async (mediaType) => {
    const documents = new Documents();
    const layers = [layer, { ...layer, mediaType, urls: ['https://example.com/base'] }];
    const descriptor = manifestIn(documents, { diffIds: [digestOf('a'), digestOf('b')], extra: { layers } });
    const told = await failure(readImage(documents.read, descriptor, 'the image x'));
    expect(told).toMatchObject({
      code: 'bad-image',
      what: 'the image x',
      remedy: expect.stringContaining('Linux'),
    });
    expect(told.why).toContain(`its layer 2 is foreign (${mediaType})`);
  });

  it.each(['oci', 'docker'])('reads a manifest with the media types of %s', async (kind) => {
    const documents = new Documents();
    const descriptor = manifestIn(documents, { kind });
    expect((await readImage(documents.read, descriptor, 'x')).manifest.layers).toHaveLength(1);
  });

  it.each([`${oci}.index.v1+json`, `${docker}.distribution.manifest.list.v2+json`])(
    'picks this machine from a %s',
    async (type) => {
      const documents = new Documents();
      const mine = manifestIn(documents);
      const other = manifestIn(documents, { diffIds: [digestOf('other')] });
      const manifests = [
        at(other, 's390x'),
        { ...other, platform: { os: 'unknown', architecture: 'unknown' } },
        at(mine, local),
      ];
      const index = documents.add(type, { schemaVersion: 2, mediaType: type, manifests });
      expect((await readImage(documents.read, index, 'x')).descriptor.digest).toBe(mine.digest);
      const foreign = documents.add(type, {
        schemaVersion: 2,
        mediaType: type,
        manifests: manifests.slice(0, 1),
      });
      expect(await failure(readImage(documents.read, foreign, 'x'))).toMatchObject({
        code: 'bad-image',
        why: expect.stringContaining('linux/s390x'),
      });
    },
  );

  it.each([
    ['fewer diff ids than layers', { diffIds: [] }, /1 layers and its configuration 0 diff ids/],
    ['a diff id that is none', { diffIds: ['../../../etc'] }, /diff_ids/],
    ['no image configuration', { configType: 'application/vnd.cncf.helm.config.v1+json' }, /artifact/],
    ['manifest and index at once', { extra: { manifests: [] } }, /at once/],
    ['another media type inside', { extra: { mediaType: `${oci}.index.v1+json` } }, /descriptor says/],
    [
      'a layer digest with a path',
      { extra: { layers: [{ ...layer, digest: 'sha256:../../x' }] } },
      /layers\.0\.digest/,
    ],
    ['a negative size', { extra: { layers: [{ ...layer, size: -1 }] } }, /layers\.0\.size/],
  ])('refuses %s as bad-image', async (_, change, why) => {
    const documents = new Documents();
    const told = await failure(readImage(documents.read, manifestIn(documents, change), 'the image x'));
    expect(told.code).toBe('bad-image');
    expect(told.why).toMatch(why);
  });
});

describe('pickPlatform', () => {
  const some = { mediaType: 'm', digest: digestOf('m'), size: 1 };
  const pick = (arch: string, ...platforms: [string, string?][]) =>
    pickPlatform(
      platforms.map(([a, v]) => at(some, a, v)),
      localPlatform(arch),
    )?.platform;

  it('takes the newest arm variant that every v7 core runs', () => {
    expect(pick('arm', ['arm', 'v5'], ['arm', 'v7'], ['arm64', 'v8'], ['arm', 'v6'])?.variant).toBe('v7');
    expect(pick('arm', ['arm', 'v6'], ['arm64'])?.variant).toBe('v6');
  });

  it('takes arm64 with and without variant, and amd64 before amd64/v3', () => {
    expect(pick('arm64', ['amd64'], ['arm64', 'v8'])?.variant).toBe('v8');
    expect(pick('arm64', ['arm', 'v7'])).toBeUndefined();
    expect(pick('x64', ['amd64', 'v3'], ['amd64'])?.variant).toBeUndefined();
  });
});

describe('similarNames', () => {
  it('finds typing errors, other tags and parts, and nothing far-fetched', () => {
    const names = ['lab:latest', 'nginx:1.27', 'ghcr.io/team/redis:7'];
    expect(similarNames('labs:latest', names)).toEqual(['lab:latest']);
    expect(similarNames('lba:latest', names)).toEqual(['lab:latest']);
    expect(similarNames('ngnix:latest', names)).toEqual(['nginx:1.27']);
    expect(similarNames('redis:latest', names)).toEqual(['ghcr.io/team/redis:7']);
    expect(similarNames('postgres:latest', names)).toEqual([]);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
