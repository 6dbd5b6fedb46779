import { imageOf, type Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import { containerFiles, layers, need } from '../paths.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';

/**
 * mount(8)'s data for overlayfs. Some distributions build kernels that write only what has changed of a file (metacopy) or of a
 * directory's name (redirect_dir) into the upperdir; then it is no layer (overlayfs.rst, "Metadata only copy up"; Linux 4.19).
 * @param lower directories, topmost first
 */
export const overlayOptions = (lower: readonly string[], upper: string, work: string): string =>
  `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work},redirect_dir=off,metacopy=off`;

function directories(_spec: Spec, known: Known): Operation[] {
  const { upper, work, merged } = containerFiles(known.host.root, need(known, 'id'));
  const directory = (name: string, path: string, mode: number, why: string): Operation => ({
    kind: 'mkdir',
    where: 'host',
    name,
    path,
    mode,
    why,
    undo: { at: 'remove', do: { kind: 'remove-tree', path } },
  });
  return [
    directory(
      'upperdir',
      upper,
      0o755,
      'The writable layer: empty now, and later exactly what the container has changed.',
    ),
    directory(
      'workdir',
      work,
      0o700,
      'overlayfs prepares files here, on the same filesystem, so that a copy-up appears in upper in one step.',
    ),
    directory(
      'merged',
      merged,
      0o755,
      'Where the layers will be seen as one tree: the container’s root filesystem.',
    ),
  ];
}

function mount(_spec: Spec, known: Known): Operation[] {
  const { upper, work, merged } = containerFiles(known.host.root, need(known, 'id'));
  // overlayfs.rst: the first lowerdir is the topmost; an image lists its lowest layer first.
  const lowerdirs = (imageOf(known)?.layers ?? []).map(({ link }) => `l/${link}`).reverse();
  return [
    {
      kind: 'mount',
      where: 'host',
      name: 'mount',
      source: 'overlay',
      target: merged,
      fstype: 'overlay',
      flags: [],
      data: overlayOptions(lowerdirs, upper, work),
      cwd: layers(known.host.root),
      why: 'Stack the image’s read-only layers under the empty writable one. No file is copied: that is why containers start at once.',
      undo: { at: 'exit', do: { kind: 'umount', target: merged } },
    },
  ];
}

export const overlay: Stage = {
  name: 'overlay',
  summary: 'Stack the image’s layers, read-only and shared, under a writable layer of the container’s own.',
  plan: (spec, known) => [...directories(spec, known), ...mount(spec, known)],
};

/** What of it stays when the container stops. */
export const overlayDirectories: Stage = {
  name: 'overlay',
  summary: 'Make the writable layer that the container will have for itself.',
  plan: directories,
};

/** What of it a start does. */
export const overlayMount: Stage = {
  name: 'overlay',
  summary: 'Stack the image’s layers, read-only and shared, under the container’s writable layer.',
  plan: mount,
};
