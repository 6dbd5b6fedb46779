/** The shape of the built-in image before it is built: the same layers and configuration, digests unknown. */
import { join } from 'node:path';
import { labConfig, labSteps } from '../../core/image/lab/lab-content.ts';
import type { ResolvedImage } from '../../core/image/types.ts';
import { layers } from '../../core/paths.ts';

/** Without busybox: only the shape matters. */
const steps = () => labSteps(new Uint8Array(), []);

export function builtLab(root: string, unpacked: boolean): ResolvedImage {
  return {
    name: 'lab:latest',
    id: 'sha256:(id)',
    digest: 'sha256:(digest)',
    config: labConfig,
    layers: steps().map((_, index) => ({
      digest: `sha256:(layer-${index + 1})`,
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      size: 0,
      diffId: `sha256:(layer-${index + 1})`,
      directory: join(layers(root), `(layer-${index + 1})`),
      link: `(layer-${index + 1})`,
      stored: true,
      unpacked,
    })),
  };
}

export const isPredicted = ({ id }: ResolvedImage): boolean => id === 'sha256:(id)';

/** A text file of the built-in image: the uppermost layer that has it wins. */
export function builtinText(path: string): string | undefined {
  const file = steps()
    .flatMap(({ files }) => files)
    .findLast((one) => one.type === 'file' && `/${one.path}` === path);
  return file && Buffer.from(file.content).toString('utf8');
}
