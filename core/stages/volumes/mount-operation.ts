import type { MountFlag, Operation, OperationOf } from '../../operation.ts';

type Call = Pick<OperationOf<'mount'>, 'source' | 'target'> & Partial<OperationOf<'mount'>>;

/** A mount that init makes over what is in the root filesystem, before it is the root. */
export function mountOver(root: string, name: string, why: string, call: Call): Operation {
  return { kind: 'mount', where: 'init', name, root, flags: [], why, undo: 'with-init', ...call };
}

/** The same on a directory that is made when the image does not have it. */
export function mountInRoot(root: string, name: string, why: string, call: Call): Operation {
  return mountOver(root, name, why, { create: 'directory', ...call });
}

export function bindInRoot(
  root: string,
  name: string,
  why: string,
  source: string,
  target: string,
  create: 'file' | 'like-source' = 'like-source',
): Operation {
  return mountOver(root, name, why, { source, target, flags: ['MS_BIND', 'MS_REC'], create });
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
