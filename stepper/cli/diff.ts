import { upperChanges } from '../../core/image/overlay/upper-changes.ts';
import { imageByManifest, layerDirectories } from '../../core/image/store/parent.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { containerFiles } from '../../core/paths.ts';
import { type Container, findContainer } from '../../core/store/containers.ts';
import { shownOn } from '../printable.ts';
import { listens, send } from './debug.ts';
import { forEach, openStateAsRoot } from './state.ts';

/**
 * `tsstep diff`: prints docker's lines, `A /path`. Of a container that is stepped through in the background: what its last stage
 * has changed in the kernel, which is all that it has changed.
 */
export async function diff(reference: string): Promise<number> {
  const { root } = openStateAsRoot('diff');
  return await forEach([reference], async () => {
    const container = findContainer(root, reference);
    if (listens(root, container)) await send(root, container, 'diff');
    else await showChanges(root, container);
  });
}

async function showChanges(root: string, { config }: Container): Promise<void> {
  const { id, image } = config;
  const layers = layerDirectories(root, await imageByManifest(root, image.digest, image.name));
  // A container that is just being made has no upperdir yet, and has changed nothing.
  const changes = tolerating(['ENOENT'], () => upperChanges(containerFiles(root, id).upper, layers)) ?? [];
  const lines = changes.map(({ kind, path }) => `${kind} ${shownOn(process.stdout, path)}\n`);
  process.stdout.write(lines.join(''));
}
