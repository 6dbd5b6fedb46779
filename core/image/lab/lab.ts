import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { TsstepError } from '../../errors.ts';
import { installing } from '../../host/packages.ts';
import { localArchitecture } from '../platform.ts';
import { canonicalName, parseReference } from '../reference.ts';
import { createImage } from '../store/create.ts';
import { resolveImage } from '../store/resolve.ts';
import type { LayerSource, ResolvedImage } from '../types.ts';
import { busyboxPaths, findBusybox } from './busybox.ts';
import { labConfig, labSteps } from './lab-content.ts';
import { packLayer } from './pack.ts';

// Fixed, so that the image ID depends on busybox only.
const created = '2026-01-01T00:00:00Z';

/**
 * Make the built-in image `lab` of this machine's static busybox, without network, and keep it under the name `reference`.
 * @throws `missing-tool` without busybox, or with one that needs shared libraries.
 */
export async function buildLab(
  root: string,
  reference: string,
  paths: readonly string[] = busyboxPaths,
): Promise<ResolvedImage> {
  const busybox = staticBusybox(paths);
  const applets = execFileSync(busybox, ['--list-full'], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .sort();
  const steps = labSteps(readFileSync(busybox), applets);
  const layers: LayerSource[] = [];
  for (const { files } of steps) layers.push(await packLayer(root, files, new Date(created)));

  const setting = (created_by: string) => ({ created, created_by, empty_layer: true as const });
  const image = {
    created,
    architecture: localArchitecture(),
    config: labConfig,
    layers,
    history: [
      ...steps.map(({ created_by }) => ({ created, created_by })),
      ...(labConfig.Env ?? []).map((one) => setting(`ENV ${one}`)),
      setting(`WORKDIR ${labConfig.WorkingDir}`),
      setting(`CMD ${JSON.stringify(labConfig.Cmd)}`),
    ],
  };
  await createImage(root, image, canonicalName(parseReference(reference)));
  const lookup = await resolveImage(root, reference);
  if ('found' in lookup) return lookup.found;
  throw new Error(`${reference} is not in the store right after it was put there`);
}

function staticBusybox(paths: readonly string[]): string {
  const found = findBusybox(paths);
  if ('path' in found) return found.path;
  throw new TsstepError({
    code: 'missing-tool',
    what: 'the built-in image `lab` is made of a static busybox, and there is none',
    why: found.faults.join('; '),
    remedy: `install it with \`${installing('busybox-static')}\`, or load another image with \`tsstep load -i FILE\``,
  });
}
