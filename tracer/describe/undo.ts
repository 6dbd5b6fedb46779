import type { Undo } from '../../core/operation.ts';
import type { UndoAction } from '../../core/undo.ts';

const short = (id: string) => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id);

const sentences: { [K in UndoAction['kind']]: (action: Extract<UndoAction, { kind: K }>) => string } = {
  umount: ({ target }) => `unmount ${target}`,
  'remove-tree': ({ path }) => `remove ${path}`,
  unlink: ({ path, target }) => `remove the link ${path}, if it still points to ${short(target)}`,
  command: ({ argv, stdin }) =>
    `run ${argv.join(' ')}${stdin ? ` with ${JSON.stringify(stdin.trim())}` : ''}`,
  release: ({ resource, holder }) =>
    `let go of ${resource} for ${short(holder)}; the last container that holds it unmakes it`,
  'leave-names': ({ network, holder }) =>
    `take the names of ${short(holder)} out of the hosts files of ${network}`,
  'release-lease': ({ network, holder }) => `give the address of ${short(holder)} in ${network} back`,
  'close-port': ({ ip, port, protocol }) => `close ${ip.includes(':') ? `[${ip}]` : ip}:${port}/${protocol}`,
  'remove-cgroup': ({ paths }) =>
    `kill what runs in ${paths.join(', ')} and remove ${paths.length === 1 ? 'it' : 'them'}`,
  'remove-volume': ({ volume, owner }) => `remove volume ${short(volume)}, if ${short(owner)} made it`,
  'remove-made': ({ path }) => `remove ${path}, if it had to be made and is still empty`,
  'kill-init': () => 'kill init and wait until it is gone; its namespaces go with it',
};

export function describeUndoAction(action: UndoAction): string {
  return (sentences[action.kind] as (action: UndoAction) => string)(action);
}

/** What going back over an operation does, in one line. */
export function describeUndo(undo: Undo): string {
  if (undo === 'nothing')
    return 'nothing to undo: it left nothing behind, or only what is kept for other containers';
  if (undo === 'with-init') return 'undone when init ends: it belongs to init or its namespaces';
  return describeUndoAction(undo.do);
}
