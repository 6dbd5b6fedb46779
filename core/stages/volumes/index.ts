import { imageOf, type Known, sharedMounts } from '../../known.ts';
import type { Operation } from '../../operation.ts';
import { containerFiles, need } from '../../paths.ts';
import { mountsOf } from '../../spec/merge.ts';
import type { Spec } from '../../spec/types.ts';
import type { Stage } from '../../stage.ts';
import { processFor } from '../process.ts';
import { smallInit } from '../small-init.ts';
import { devices } from './devices.ts';
import { kernelFilesystems } from './kernel-filesystems.ts';
import { masks } from './masks.ts';
import { bindInRoot, readOnly } from './mount-operation.ts';
import { createVolumes, mountsKnown, userMounts } from './user-mounts.ts';

function identityFiles(spec: Spec, known: Known, root: string): Operation[] {
  const files = containerFiles(known.host.root, need(known, 'id'));
  return (
    [
      ['resolv.conf', files.resolvConf],
      ['hostname', files.hostname],
      ['hosts', files.hosts],
    ] as const
  ).flatMap(([name, source]) => [
    bindInRoot(
      root,
      name,
      `The file of the metadata stage is seen at /etc/${name}, over the image’s own.`,
      source,
      `/etc/${name}`,
      'file',
    ),
    ...(spec.readOnly
      ? [
          readOnly(
            root,
            `read-only-${name}`,
            '--read-only goes for this file too, as with docker.',
            `/etc/${name}`,
          ),
        ]
      : []),
  ]);
}

function pivot(root: string): Operation[] {
  const step = { where: 'init', undo: 'with-init' } as const;
  return [
    {
      ...step,
      kind: 'chdir',
      name: 'enter-root',
      path: root,
      why: 'pivot_root takes "." for both of its arguments, which saves a directory for the old root.',
    },
    {
      ...step,
      kind: 'pivot_root',
      name: 'pivot',
      newRoot: '.',
      putOld: '.',
      why: 'The merged tree becomes the root of this mount namespace, and the old root is stacked on it. chroot would only move a pointer.',
    },
    {
      ...step,
      kind: 'umount',
      name: 'forget-old-root',
      target: '.',
      flags: ['MNT_DETACH'],
      why: 'Detach the host’s whole tree: from now on no path in the container leads to it.',
    },
    {
      ...step,
      kind: 'chdir',
      name: 'root',
      path: '/',
      why: 'The working directory was in the tree that has just gone.',
    },
  ];
}

function plan(spec: Spec, known: Known): Operation[] {
  const root = containerFiles(known.host.root, need(known, 'id')).merged;
  const { cwd } = processFor(spec, known);
  const mounts = mountsOf(spec, imageOf(known)?.config ?? {}, sharedMounts(spec, known));
  // A mount on /etc would cover hosts, hostname and resolv.conf if it came after them.
  const etc = mounts.filter(({ target }) => target === '/etc');
  const others = mounts.filter(({ target }) => target !== '/etc');
  const operations = [
    ...kernelFilesystems(spec, known, root),
    ...devices(root, known.host.kernelPaths),
    ...masks(root, known.host.kernelPaths),
    ...userMounts(root, known, etc),
  ];
  if (!mountsKnown(known, etc)) return operations;
  operations.push(
    ...smallInit(root, spec, known.host),
    ...identityFiles(spec, known, root),
    ...userMounts(root, known, others),
  );
  if (!mountsKnown(known, others)) return operations;
  if (spec.readOnly) {
    operations.push(
      {
        kind: 'mkdir',
        where: 'init',
        name: 'workdir',
        path: cwd,
        mode: 0o755,
        root,
        why: 'The working directory has to exist before the root filesystem becomes read-only.',
        undo: 'with-init',
      },
      {
        kind: 'mount_setattr',
        where: 'init',
        name: 'read-only',
        path: root,
        attributes: ['MOUNT_ATTR_RDONLY'],
        recursive: false,
        why: '--read-only: the writable layer is there, but this mount of it is not writable. Mounts on it keep their own attributes.',
        undo: 'with-init',
      },
    );
  }
  return [...operations, ...pivot(root)];
}

/** What of it stays when the container stops. */
export const volumeDirectories: Stage = {
  name: 'volumes',
  summary: 'Make the volumes that do not exist yet.',
  plan: (spec, known) => createVolumes(known, mountsOf(spec, imageOf(known)?.config ?? {})),
};

/** What of it a start does: the volumes are known. */
export const volumeMounts: Stage = {
  name: 'volumes',
  summary: 'Mount what the container will see in its root filesystem, and make that filesystem its root.',
  plan: (spec, known) => plan(spec, known).filter(({ kind }) => kind !== 'create-volume'),
};

export const volumes: Stage = {
  name: 'volumes',
  summary: 'Mount what the container will see in its root filesystem, and make that filesystem its root.',
  plan,
};
