import { describe, expect, it } from 'vitest';
import { historyOf } from '../../../core/image/history.ts';
import type { StoredImage } from '../../../core/image/store/stored.ts';
import { digest, imageOf } from './stored-images.ts';
import { temporaryRoot } from './tars.ts';

/** Sizes of `history`, last step first, of an image with layers of 10 and 20 bytes. */
function sizes(history: readonly { created_by: string; empty_layer?: boolean }[]) {
  const image = imageOf('a', [], { diffIds: [digest('1'), digest('2')] });
  const layers = [10, 20].map((size) => ({ mediaType: 'x', digest: digest(`${size}`), size }));
  const documents = image.documents as NonNullable<StoredImage['documents']>;
  const { manifest, config } = documents;
  const told = {
    ...image,
    documents: {
      ...documents,
      manifest: { ...manifest, layers },
      config: { ...config, history: [...history] },
    },
  };
  return historyOf(temporaryRoot(), told).map(({ size }) => size);
}

describe('history', () => {
  const add = { created_by: 'ADD a /' };
  const env = { created_by: 'ENV A=b', empty_layer: true };

  it('has the size of each step’s layer, and none where it made none', () => {
    expect(sizes([add, env, add])).toEqual([20, 0, 10]);
  });

  it('does not guess which layer is whose where there are more or fewer than steps', () => {
    expect(sizes([env, add])).toEqual([undefined, 0]);
    expect(sizes([add, add, add])).toEqual([undefined, undefined, undefined]);
  });
});
