import type { MountFlag, Operation, OperationOf } from '../../operation.ts';

/** A mount that init makes inside the root filesystem, before it is the root. */
export function mountInRoot(
  root: string,
  name: string,
  why: string,
  call: Pick<OperationOf<'mount'>, 'source' | 'target'> & Partial<OperationOf<'mount'>>,
): Operation {
  return {
    kind: 'mount',
    where: 'init',
    name,
    root,
    flags: [],
    create: 'directory',
    why,
    undo: 'with-init',
    ...call,
  };
}

export function bindInRoot(
  root: string,
  name: string,
  why: string,
  source: string,
  target: string,
): Operation {
  return mountInRoot(root, name, why, {
    source,
    target,
    flags: ['MS_BIND', 'MS_REC'],
    create: 'like-source',
  });
}

export function readOnly(root: string, name: string, why: string, path: string): Operation {
  return {
    kind: 'mount_setattr',
    where: 'init',
    name,
    path,
    root,
    attributes: ['MOUNT_ATTR_RDONLY'],
    recursive: true,
    why,
    undo: 'with-init',
  };
}

export const noSuidDevExec: readonly MountFlag[] = ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'];
