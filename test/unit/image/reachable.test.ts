import { describe, expect, it } from 'vitest';
import { badImage } from '../../../core/image/broken.ts';
import { chainIds } from '../../../core/image/store/chain-id.ts';
import { reach } from '../../../core/image/store/reachable.ts';
import { digest } from './stored-images.ts';

const documents: Readonly<Record<string, object | string>> = {
  index: { manifests: [{ digest: digest('1') }, { digest: digest('2') }, { digest: digest('3') }] },
  [digest('1')]: {
    config: { digest: digest('1c') },
    layers: [{ digest: digest('1a') }, { digest: digest('1b') }],
  },
  [digest('1c')]: { rootfs: { diff_ids: [digest('da'), digest('db')] } },
  // its configuration is not there
  [digest('3')]: { config: { digest: digest('3c') }, layers: [{ digest: digest('3a') }] },
  [digest('e')]: 'no JSON',
  [digest('f')]: {
    manifests: [{ digest: digest('f') }, { digest: '../../etc/passwd' }, null],
    layers: 'none',
  },
};

async function reached(of: string) {
  const { blobs, layers } = await reach(async (wanted) => {
    const document = documents[wanted === digest('0') ? 'index' : wanted];
    if (document === undefined) throw badImage(wanted, 'it is missing');
    return await Promise.resolve(
      Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
    );
  }, of);
  const short = (some: ReadonlySet<string>) => [...some].map((one) => one.slice(7).replace(/0+$/, ''));
  return { blobs: short(blobs).sort(), layers: short(layers) };
}

describe('what a descriptor leads to', () => {
  it('are its manifest, configuration and layers', async () => {
    expect(await reached(digest('1'))).toEqual({ blobs: ['1', '1a', '1b', '1c'], layers: ['da', 'db'] });
  });

  it('are those of every platform of an index, as far as they are there', async () => {
    expect(await reached(digest('0'))).toEqual({
      blobs: ['', '1', '1a', '1b', '1c', '2', '3', '3a', '3c'],
      layers: ['da', 'db'],
    });
  });

  it('is nothing more where a document is damaged, or leads back to itself', async () => {
    expect(await reached(digest('e'))).toEqual({ blobs: ['e'], layers: [] });
    expect(await reached(digest('f'))).toEqual({ blobs: ['f'], layers: [] });
  });
});

describe('chainIds', () => {
  it('names a layer with all below it, as docker lists them for this image', () => {
    expect(
      chainIds([
        'sha256:a943dac0beac9ea8bd609dabcb8d98a1ca7819f555216bda3bcc497033ea8fb7',
        'sha256:1b28966f005981e15725486fe2273e2e587868b6dbfa3c37a1b6c9b52e6a173f',
      ]),
    ).toEqual([
      'sha256:a943dac0beac9ea8bd609dabcb8d98a1ca7819f555216bda3bcc497033ea8fb7',
      'sha256:d50f24caaaed2bd2aab3cccbe6e241f43acf103f8cbfe5a2f65322913ca27b4b',
    ]);
  });
});
