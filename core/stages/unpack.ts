import { join } from 'node:path';
import type { ResolvedImage } from '../image/types.ts';
import type { Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import { layers } from '../paths.ts';

/** Unpacking one layer of an image, lowest 0; nothing where an image before had the same. */
export function unpack(image: ResolvedImage, index: number, known: Known): Operation[] {
  const layer = image.layers[index];
  if (!layer || layer.unpacked) return [];
  const { digest, mediaType, size, diffId } = layer;
  const partial = join(layers(known.host.root), 'partial', `${known.run}-${layer.link}`);
  return [
    {
      kind: 'unpack-layer',
      where: 'host',
      name: `unpack-${index + 1}`,
      layer: { digest, mediaType, size, diffId },
      to: layer.directory,
      partial,
      why: `Unpack layer ${index + 1} of ${image.layers.length}, once for all images and containers that use it.`,
      undo: { at: 'rollback', do: { kind: 'remove-tree', path: partial } },
    },
  ];
}
