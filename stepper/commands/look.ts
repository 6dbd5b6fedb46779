import { stageNames } from '../../core/stage.ts';
import { explain } from '../../tracer/describe/explain/index.ts';
import { man } from '../../tracer/describe/man.ts';
import { shell } from '../../tracer/describe/shell.ts';
import { strace } from '../../tracer/describe/strace.ts';
import { describeUndo } from '../../tracer/describe/undo.ts';
import type { Tree } from '../../tracer/snapshot.ts';
import { abbreviate } from '../plain/abbreviate.ts';
import { changeLines, stepLine } from '../plain/show-step.ts';
import { wrap } from '../plain/style.ts';
import type { Step } from '../session/session.ts';
import type { Command, CommandContext } from './command.ts';
import { findPath, treeLines } from './tree.ts';

function where({ pause: { session }, look, style, print }: CommandContext): void {
  const current = session.stage?.name;
  const at = current ? stageNames.indexOf(current) : stageNames.length;
  const marked = stageNames.map((name, index) => (index < at ? style.good(`✓${name}`) : index === at ? style.strong(`▶${name}`) : style.dim(name)));
  const width = Math.max(...session.upcoming.map(({ operation }) => operation.name.length), 4);
  print([
    marked.join(' '),
    `performed so far: ${session.performed.length}; this stage still plans ${session.upcoming.length}:`,
    ...session.upcoming.map(({ operation }) => stepLine(look, operation, width)),
  ]);
}

/** `print`: one leaf or subtree of the last reading; `known`, `spec` and `host.links.tsstep0.state` are paths. */
function printPath({ pause: { session }, look, print }: CommandContext, path: string): void {
  const tree = { ...session.state, spec: session.spec } as unknown as Tree;
  const found = findPath(tree, path);
  if (found === undefined) {
    const sections = ['host', 'container'].flatMap((side) => Object.keys(tree[side] ?? {}).map((name) => `${side}.${name}`));
    return print([`nothing at "${path}". There is: known, spec, ${sections.join(', ')}`]);
  }
  print(treeLines(found, path || 'state').map((line) => abbreviate(line, look.known)));
}

async function dump(context: CommandContext, argument: string): Promise<void> {
  const { session } = context.pause;
  await session.look();
  const words = argument.split(/\s+/).filter((word) => word !== '');
  const path = words.find((word) => !word.startsWith('-')) ?? '';
  if (!words.includes('--json')) return printPath(context, path);
  context.print(JSON.stringify(findPath(session.state as unknown as Tree, path) ?? null, null, 2));
}

function diff({ pause: { session }, look, print, style }: CommandContext, argument: string): void {
  const last = session.performed.at(-1)?.stage.name;
  const stage = argument || last;
  const steps = session.performed.filter((step) => stage === 'all' || step.stage.name === stage);
  if (steps.length === 0) return print(`nothing has been performed${argument ? ` in "${argument}"` : ' yet'}`);
  print(steps.flatMap((step) => [style.strong(`${step.stage.name}:${step.operation.name}`), ...changeLines(look, step.changes, 200)]));
}

function chosenStep({ pause: { session } }: CommandContext, argument: string): Step | undefined {
  if (!argument) return session.upcoming[0];
  const fits = ({ stage, operation }: Step) => [operation.name, `${stage.name}:${operation.name}`, operation.kind as string].includes(argument);
  return session.upcoming.find(fits) ?? session.performed.find(fits);
}

function explainStep(context: CommandContext, argument: string): void {
  const { look, style, print } = context;
  const step = chosenStep(context, argument);
  if (!step) return print(`there is no operation "${argument}" in this stage or behind it; \`where\` lists them`);
  const { operation, stage } = step;
  const short = (text: string) => abbreviate(text, look.known);
  print([
    `${style.strong(`${stage.name}:${operation.name}`)}  ${style.dim(`(in ${operation.where === 'init' ? 'init, PID 1 of the container' : 'the host’s namespaces'})`)}`,
    ...wrap(operation.why, style.width, '  '),
    '',
    ...wrap(explain(operation.kind), style.width, '  '),
    '',
    ...wrap(short(strace(operation)), style.width, '  call   '),
    ...shell(operation).map((line) => `  shell  ${short(line)}`),
    `  undo   ${short(describeUndo(operation.undo))}`,
    `  man    ${man(operation.kind)}`,
  ]);
}

export const looking: readonly Command[] = [
  {
    name: 'print',
    key: 'p',
    argument: '[PATH]',
    group: 'look',
    help: 'a piece of the state as last read: known, host.links, container.mounts./proc',
    run: (context, path) => void printPath(context, path),
  },
  {
    name: 'dump',
    key: 'u',
    argument: '[PATH] [--json]',
    group: 'look',
    help: 'read everything again from the kernel and print it',
    run: async (context, argument) => void (await dump(context, argument)),
  },
  {
    name: 'diff',
    key: 'd',
    argument: '[STAGE|all]',
    group: 'look',
    help: 'what the operations of the last stage changed, each under its name',
    run: (context, stage) => void diff(context, stage),
  },
  { name: 'where', key: 'w', group: 'look', help: 'the stages, and what this one will do', run: (context) => void where(context) },
  {
    name: 'explain',
    key: 'e',
    argument: '[OP]',
    group: 'look',
    help: 'the next operation (or OP): why, what the kernel does, the shell’s way, its man page',
    run: (context, argument) => void explainStep(context, argument),
  },
];
