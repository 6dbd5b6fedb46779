import { imageOf, type Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import type { Spec } from '../spec/types.ts';
import { given } from '../spec/usage.ts';
import type { Stage } from '../stage.ts';
import { pull } from './pull.ts';
import { unpack } from './unpack.ts';

function plan(spec: Spec, known: Known): Operation[] {
  const operations: Operation[] = [
    {
      kind: 'resolve-image',
      where: 'host',
      name: 'resolve',
      reference: spec.image,
      ...given('platform', spec.platform),
      ...given('pull', spec.pull),
      why: 'Turn the name into digests: of the manifest, the configuration and each layer. From here on only digests count.',
      undo: 'nothing',
      saves: 'lookup',
    },
  ];
  const { lookup } = known;
  if (!lookup) return operations;
  if ('absent' in lookup && lookup.absent === 'registry')
    return [...operations, ...pull(lookup.from, spec, known)];
  if ('absent' in lookup) {
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
  const image = imageOf(known);
  return image
    ? [...operations, ...image.layers.flatMap((_, index) => unpack(image, index, known))]
    : operations;
}

export const image: Stage = {
  name: 'image',
  summary:
    'Find the image in the local store, or get it from a registry, and unpack the layers that no container has used before.',
  plan,
};
