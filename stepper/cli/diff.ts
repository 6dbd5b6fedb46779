import { imageByManifest, layerDirectories } from '../../core/image/commit/parent.ts';
import { upperChanges } from '../../core/image/commit/upper-changes.ts';
import { tolerating } from '../../core/kernel/errno.ts';
import { containerFiles } from '../../core/paths.ts';
import { findContainer } from '../../core/store/containers.ts';
import { shownOn } from '../printable.ts';
import { forEach, openStateAsRoot } from './state.ts';

/** `tsstep diff`: prints docker's lines, `A /path`. */
export async function diff(reference: string): Promise<number> {
  const { root } = openStateAsRoot('diff');
  return await forEach([reference], async () => {
    const { id, image } = findContainer(root, reference).config;
    const layers = layerDirectories(root, await imageByManifest(root, image.digest, image.name));
    // A container that is just being made has no upperdir yet, and has changed nothing.
    const changes = tolerating(['ENOENT'], () => upperChanges(containerFiles(root, id).upper, layers)) ?? [];
    const lines = changes.map(({ kind, path }) => `${kind} ${shownOn(process.stdout, path)}\n`);
    process.stdout.write(lines.join(''));
  });
}
