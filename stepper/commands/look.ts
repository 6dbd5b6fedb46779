import type { Operation } from '../../core/operation.ts';
import { secretNames } from '../../core/spec/secrets.ts';
import { stageNames } from '../../core/stage.ts';
import { explain } from '../../tracer/describe/explain/index.ts';
import { man } from '../../tracer/describe/man.ts';
import { shell } from '../../tracer/describe/shell.ts';
import { strace } from '../../tracer/describe/strace.ts';
import { describeUndo } from '../../tracer/describe/undo.ts';
import { redactOperation, redactSpec } from '../../tracer/redact.ts';
import type { Tree } from '../../tracer/snapshot.ts';
import { factLines } from '../layers/layer-lines.ts';
import { instructionText } from '../layers/words.ts';
import { abbreviate } from '../plain/abbreviate.ts';
import { changeLines, stepLine } from '../plain/show-step.ts';
import { wrap } from '../plain/style.ts';
import { foreseen } from '../plan/foresee.ts';
import type { Step } from '../session/session.ts';
import type { Command, CommandContext } from './command.ts';
import { insideOf } from './layers.ts';
import { findPath, treeLines } from './tree.ts';

type Lines = readonly string[];

async function where({ pause: { session }, look, style }: CommandContext): Promise<Lines> {
  const current = session.stage?.name;
  const at = current ? stageNames.indexOf(current) : stageNames.length;
  const mark = (name: string, index: number) => {
    if (index < at) return style.good(`✓${name}`);
    return index === at ? style.strong(`▶${name}`) : style.dim(name);
  };
  const later = await foreseen(session);
  const width = Math.max(...session.upcoming.map(({ operation }) => operation.name.length), 4);
  return [
    stageNames.map(mark).join(' '),
    `performed so far: ${session.performed.length}; this stage still plans ${session.upcoming.length + later.length}:`,
    ...session.upcoming.map(({ operation }) => stepLine(look, operation, width)),
    ...(later.length > 0 ? wrap(`then: ${later.join(' ')}`, style.width, '  ').map(style.dim) : []),
  ];
}

/** One leaf or subtree of the last reading; `known`, `spec` and `host.links.tsstep0.state` are paths. */
function printed({ pause: { session }, look, style }: CommandContext, path: string): Lines {
  const spec = redactSpec(session.spec, secretNames(session.spec));
  const tree = { ...session.state, spec } as unknown as Tree;
  const found = findPath(tree, path);
  if (found !== undefined)
    return treeLines(found, path || 'state').map((line) => abbreviate(line, look.known));
  const sections = ['host', 'container'].flatMap((side) =>
    Object.keys(tree[side] ?? {}).map((name) => `${side}.${name}`),
  );
  return wrap(`nothing at "${path}". There is: known, spec, ${sections.join(', ')}`, style.width);
}

async function dumped(context: CommandContext, argument: string): Promise<Lines> {
  const { session } = context.pause;
  await session.look();
  const words = argument.split(/\s+/).filter((word) => word !== '');
  const path = words.find((word) => !word.startsWith('-')) ?? '';
  if (!words.includes('--json')) return printed(context, path);
  return [JSON.stringify(findPath(session.state as unknown as Tree, path) ?? null, null, 2)];
}

function differences({ pause: { session }, look, style }: CommandContext, argument: string): Lines {
  const last = session.performed.at(-1)?.stage.name;
  const stage = argument || last;
  const steps = session.performed.filter((step) => stage === 'all' || step.stage.name === stage);
  if (steps.length === 0) return [`nothing has been performed${argument ? ` in "${argument}"` : ' yet'}`];
  return steps.flatMap((step) => {
    const cause = `  ← ${step.stage.name}:${step.operation.name}`;
    const narrower = { ...look, style: { ...style, width: style.width - cause.length } };
    return changeLines(narrower, step.changes, 200).map((line) => `${line}${style.dim(cause)}`);
  });
}

function chosenStep({ pause: { session } }: CommandContext, argument: string): Step | undefined {
  if (!argument) return session.upcoming[0];
  const named = ({ stage, operation }: Step) =>
    operation.name === argument || `${stage.name}:${operation.name}` === argument;
  const ofKind = ({ operation }: Step) => operation.kind === argument;
  const { upcoming, performed } = session;
  return (
    upcoming.find(named) ?? performed.findLast(named) ?? upcoming.find(ofKind) ?? performed.findLast(ofKind)
  );
}

function labelled(label: string, text: string, width: number): string[] {
  return wrap(text, width - 9).map((line, index) => `  ${(index === 0 ? label : '').padEnd(7)}${line}`);
}

async function explanation(context: CommandContext, argument: string): Promise<Lines> {
  const { look, style, pause } = context;
  const step = chosenStep(context, argument);
  if (!step) return [`there is no operation "${argument}" in this stage or behind it; \`where\` lists them`];
  const { operation, stage } = step;
  const short = (text: string) => abbreviate(text, look.known);
  const side = operation.where === 'init' ? 'in init, PID 1 of the container' : 'in the host’s namespaces';
  return [
    `${style.strong(`${stage.name}:${operation.name}`)}  ${style.dim(`(${side})`)}`,
    ...wrap(operation.why, style.width, '  '),
    '',
    ...wrap(explain(operation.kind), style.width, '  '),
    '',
    ...labelled('call', short(strace(operation)), style.width),
    ...shell(redactOperation(operation, secretNames(pause.session.spec))).map(
      (line) => `  shell  ${short(line)}`,
    ),
    ...labelled('undo', short(describeUndo(operation.undo)), style.width),
    ...labelled('man', man(operation.kind), style.width),
    ...(await layerFacts(context, operation)),
  ];
}

/** Of the image stage’s operations: what is in the layer that is unpacked, and how to see all of them. */
async function layerFacts({ pause, look, style }: CommandContext, operation: Operation): Promise<Lines> {
  if (operation.kind === 'resolve-image' || operation.kind === 'build-lab')
    return ['', ...wrap('Behind this operation, `layers` shows what is in the image.', style.width, '  ')];
  if (operation.kind !== 'unpack-layer') return [];
  const inside = await insideOf(pause.session);
  const layer = inside?.layers.findLast(({ layer: { diffId } }) => diffId === operation.layer.diffId);
  if (!inside || !layer) return [];
  return [
    '',
    ...wrap(`Layer ${layer.number} of ${inside.layers.length}: ${instructionText(layer)}`, style.width, '  '),
    ...factLines(layer, style.width).map((line) => abbreviate(line, look.known)),
    ...wrap(
      `\`layers\` shows them all, \`layers ${layer.number}\` the files of this one.`,
      style.width,
      '  ',
    ),
  ];
}

export const looking: readonly Command[] = [
  {
    name: 'print',
    key: 'p',
    argument: '[PATH]',
    group: 'look',
    help: 'a piece of the state as last read: known, host.links, container.mounts./proc',
    run: (context, path) => context.print(printed(context, path)),
  },
  {
    name: 'dump',
    key: 'u',
    argument: '[PATH] [--json]',
    group: 'look',
    help: 'read everything again from the kernel and print it',
    run: async (context, argument) => context.print(await dumped(context, argument)),
  },
  {
    name: 'diff',
    key: 'd',
    argument: '[STAGE|all]',
    group: 'look',
    help: 'what the operations of the last stage changed, each line with its cause',
    run: (context, stage) => context.print(differences(context, stage)),
  },
  {
    name: 'where',
    key: 'w',
    group: 'look',
    help: 'the stages, and what this one will do',
    run: async (context) => context.print(await where(context)),
  },
  {
    name: 'explain',
    key: 'e',
    argument: '[OP]',
    group: 'look',
    help: 'the next operation (or OP): why, what the kernel does, the shell’s way, its man page',
    run: async (context, argument) => context.print(await explanation(context, argument)),
  },
];
