/** Undos as commands for the script's end, where finding nothing to do is no failure. */
import type { Operation } from '../../../core/operation.ts';
import type { UndoAction, UnmakeStep } from '../../../core/undo.ts';
import { ownNat } from './own.ts';
import type { Words } from './words.ts';

type Undoer<K extends UndoAction['kind']> = (action: Extract<UndoAction, { kind: K }>, words: Words, id: string) => string[];

function unmake(step: UnmakeStep, words: Words, id: string): string[] {
  if (step.kind === 'command') return [words.words(ownNat(step.argv, id))];
  // Others may use it meanwhile.
  if (step.kind === 'rmdir') return [`rmdir ${words.word(step.path)} 2>/dev/null`];
  // What it was is known only when it has been read: the operation itself says how to go back.
  return [];
}

const undoers: { [K in UndoAction['kind']]: Undoer<K> } = {
  umount: ({ target }, words) => [`umount --lazy ${words.word(target)}`],
  'remove-tree': ({ path }, words) => [`rm -rf --one-file-system ${words.word(path)}`],
  unlink: ({ path }, words) => [`rm -f ${words.word(path)}`],
  // An interface goes with the namespace of its other end.
  command: ({ argv }, words) => [`${words.words(argv)} 2>/dev/null`],
  release: ({ unmake: steps }, words, id) => steps.flatMap((step) => unmake(step, words, id)),
  'release-lease': () => [],
  'close-port': () => [],
  'remove-cgroup': ({ paths }, words) => paths.map((path) => `remove_cgroup ${words.word(path)}`),
  'remove-volume': ({ path }, words) => [`rm -rf ${words.word(path)}`],
  'remove-made': () => [],
  'kill-init': () => ['kill_init'],
};

/** What is only for a creation that failed stays, as it would after a run. */
export function undoLines({ undo }: Operation, words: Words, id: string): string[] {
  if (typeof undo === 'string' || undo.at === 'rollback') return [];
  return (undoers[undo.do.kind] as (action: UndoAction, words: Words, id: string) => string[])(undo.do, words, id);
}
