import { join } from 'node:path';
import type { ResolvedImage } from '../image/types.ts';
import type { Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import { layers } from '../paths.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';

/** The image as soon as it is known: found in the store, or just built. */
export function imageOf(known: Known): ResolvedImage | undefined {
  return known.image ?? (known.lookup && 'found' in known.lookup ? known.lookup.found : undefined);
}

function plan(spec: Spec, known: Known): Operation[] {
  const operations: Operation[] = [
    {
      kind: 'resolve-image',
      where: 'host',
      name: 'resolve',
      reference: spec.image,
      why: 'Turn the name into digests: of the manifest, the configuration and each layer. From here on only digests count.',
      undo: 'nothing',
      saves: 'lookup',
    },
  ];
  if (known.lookup && 'absent' in known.lookup) {
    operations.push({
      kind: 'build-lab',
      where: 'host',
      name: 'build',
      reference: spec.image,
      why: 'The built-in image is not made yet: put together its layers from this machine’s busybox, without network.',
      undo: 'nothing',
      saves: 'image',
    });
  }
  return [...operations, ...unpackMissing(known)];
}

function unpackMissing(known: Known): Operation[] {
  const image = imageOf(known);
  return (image?.layers ?? []).flatMap((layer, index): Operation[] => {
    if (layer.unpacked) return [];
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
        why: `Unpack layer ${index + 1} of ${image?.layers.length}, once for all images and containers that use it.`,
        undo: { at: 'rollback', do: { kind: 'remove-tree', path: partial } },
      },
    ];
  });
}

export const image: Stage = {
  name: 'image',
  summary: 'Find the image in the local store, and unpack the layers that no container has used before.',
  plan,
};
