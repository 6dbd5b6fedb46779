/** A plan as a shell script that makes the same container by hand, with one or a few commands for each operation. */
import { endpointsOf } from '../../../core/network/endpoint.ts';
import type { HostAction, InitAction, Operation, SharedAction } from '../../../core/operation.ts';
import { containerFiles } from '../../../core/paths.ts';
import type { Plan, PlannedStage } from '../walk.ts';
import { wrap } from '../wrap.ts';
import { head } from './head.ts';
import { inInit } from './in-init.ts';
import { mountLines, setattrLines } from './mount.ts';
import { onHost } from './on-host.ts';
import { undoLines } from './undo.ts';
import { type Lines, note } from './user.ts';
import { hereDocument, quoted } from './words.ts';
import { Writer } from './writer.ts';

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const inBoth: { [K in SharedAction['kind']]: Lines<K> } = {
  mkdir: ({ where, path, root, mode, parents }, writer) => {
    if (root !== undefined) return [`init mkdir -p ${writer.at(root, path)}`];
    const make = `${where === 'init' ? 'init ' : ''}mkdir -m ${mode.toString(8)} ${parents ? '-p ' : ''}${writer.word(path)}`;
    return [parents ? `[ -e ${writer.word(path)} ] || ${make}` : make];
  },
  'write-file': ({ path, data, mode }, writer) => {
    const { config, state } = containerFiles(writer.known.host.root, writer.id);
    if (path === config || path === state)
      return note('not done: tsstep’s own notes, which ps and inspect read; a container needs none');
    return [
      ...hereDocument(`cat > ${writer.word(path)}`, data),
      `chmod ${mode.toString(8)} ${writer.word(path)}`,
    ];
  },
  'write-attribute': ({ where, path, data }, writer) => {
    const write = `echo ${writer.word(data)} > ${writer.word(path)}`;
    return [where === 'init' ? `init eval ${quoted(write)}` : write];
  },
  symlink: ({ where, target, path, root }, writer) => {
    if (where === 'host') return [`ln -s ${writer.word(target)} ${writer.word(path)}`];
    if (root === undefined || path.startsWith('/dev/'))
      return [`init ln -s ${writer.word(target)} ${writer.at(root, path)}`];
    return [
      `init ln -s ${writer.word(target)} ${writer.at(root, parentOf(path))}/${writer.word(baseOf(path))}`,
    ];
  },
  mount: (operation, writer) =>
    operation.target === '/dev/console' ? note('not done: see -t above') : mountLines(operation, writer),
  mount_setattr: setattrLines,
  // mount(8)'s list would have to be found first, and the working directory is meant.
  umount: ({ target, flags }, writer) => [
    `init umount --no-canonicalize ${flags.includes('MNT_DETACH') ? '--lazy ' : ''}${writer.word(target)}`,
  ],
};

const printers = { ...onHost, ...inInit, ...inBoth } satisfies Record<
  (HostAction | InitAction | SharedAction)['kind'],
  unknown
>;

function step(operation: Operation, writer: Writer): string[] {
  const print = printers[operation.kind] as (operation: Operation, writer: Writer) => string[];
  const undos = undoLines(operation, writer).map((line) => `undo ${quoted(line)}`);
  return ['', ...wrap(`${operation.name}: ${operation.why}`, '# '), ...undos, ...print(operation, writer)];
}

function stage({ stage, summary, operations }: PlannedStage, writer: Writer): string[] {
  const rule = `# ${'═'.repeat(78)}`;
  return [
    '',
    rule,
    ...wrap(`${stage}: ${summary}`, '# '),
    rule,
    ...operations.flatMap(({ operation }) => step(operation, writer)),
  ];
}

export function planScript({ spec, known, stages }: Plan, argv: readonly string[]): string {
  const writer = new Writer(spec, known);
  const lines = [
    ...head(argv, known.host.root, writer.id, endpointsOf(spec).length > 0),
    ...stages.flatMap((one) => stage(one, writer)),
  ];
  return `${lines.join('\n')}\n`;
}
