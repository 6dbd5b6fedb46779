/** Undos as commands for the script's end, where finding nothing to do is no failure. */
import { dirname } from 'node:path';
import type { Operation } from '../../../core/operation.ts';
import type { UndoAction, UnmakeStep } from '../../../core/undo.ts';
import { ownNat } from './own.ts';
import type { Writer } from './writer.ts';

type Undoer<K extends UndoAction['kind']> = (
  action: Extract<UndoAction, { kind: K }>,
  writer: Writer,
) => string[];

function unmake(step: UnmakeStep, writer: Writer): string[] {
  if (step.kind === 'command') return [writer.words.words(ownNat(step.argv, writer.id))];
  // Others may use it meanwhile.
  if (step.kind === 'rmdir') return [`rmdir ${writer.word(step.path)} 2>/dev/null`];
  // What it was is known only when it has been read: the operation itself says how to go back.
  return [];
}

/** From the innermost directory to the topmost one that had to be made. */
function upTo(topmost: string, path: string): string[] {
  return path === topmost || path === '/' ? [path] : [path, ...upTo(topmost, dirname(path))];
}

const undoers: { [K in UndoAction['kind']]: Undoer<K> } = {
  umount: ({ target }, writer) => [`umount --lazy ${writer.word(target)}`],
  'remove-tree': ({ path }, writer) => [`rm -rf --one-file-system ${writer.word(path)}`],
  unlink: ({ path }, writer) => [`rm -f ${writer.word(path)}`],
  // An interface goes with the namespace of its other end.
  command: ({ argv }, writer) => [`${writer.words.words(argv)} 2>/dev/null`],
  release: ({ unmake: steps }, writer) => steps.flatMap((step) => unmake(step, writer)),
  'release-lease': () => [],
  'leave-names': () => [],
  'close-port': () => [],
  'remove-cgroup': ({ paths }, writer) => paths.map((path) => `remove_cgroup ${writer.word(path)}`),
  'remove-volume': ({ path }, writer) => [
    `[ "$(cat ${writer.word(`${path}/users`)})" != "$ID" ] || rm -rf ${writer.word(path)}`,
  ],
  'remove-made': ({ path, topmost }, writer) => [`rmdir ${writer.words.words(upTo(topmost, path))}`],
  'kill-init': () => ['kill_init'],
};

export function undoLines({ kind, undo }: Operation, writer: Writer): string[] {
  // Layers are not unpacked here.
  if (typeof undo === 'string' || kind === 'unpack-layer') return [];
  const lines = (undoers[undo.do.kind] as (action: UndoAction, writer: Writer) => string[])(undo.do, writer);
  return undo.at === 'rollback' ? lines.map((line) => `[ -n "$MADE" ] || { ${line}; }`) : lines;
}
