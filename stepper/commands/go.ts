import type { Decision } from '../front-end.ts';
import type { Command, CommandContext } from './command.ts';

async function quit(context: CommandContext, argument: string): Promise<Decision | undefined> {
  const question = 'keep what exists, roll everything back, or cancel? [k/r/c] ';
  const answer = argument || ((await context.ask(question)) ?? 'roll back');
  if (/^k/i.test(answer)) return { quit: 'keep' };
  if (/^r/i.test(answer)) return { quit: 'roll-back' };
  context.print('Cancelled: the pause goes on.');
  return undefined;
}

export const go: readonly Command[] = [
  {
    name: 'next',
    key: 'n',
    group: 'go',
    help: 'perform this stage, pause before the next one',
    run: () => ({ go: 'stage' }),
  },
  { name: 'step', key: 's', group: 'go', help: 'perform one operation', run: () => ({ go: 'operation' }) },
  {
    name: 'continue',
    key: 'c',
    group: 'go',
    help: 'go on to the next breakpoint, or to the end',
    run: () => ({ go: 'continue' }),
  },
  {
    name: 'finish',
    key: 'f',
    group: 'go',
    help: 'perform the rest of this stage',
    run: () => ({ go: 'finish' }),
  },
  {
    name: 'break',
    key: 'b',
    argument: '[STAGE[:OP]]',
    group: 'go',
    help: 'pause there too; without an argument list the breakpoints',
    run: ({ pause: { stepping }, print }, at) => {
      if (at) stepping.addBreakpoint(at);
      print(
        stepping.breakpoints.size === 0
          ? 'no breakpoints'
          : [...stepping.breakpoints].map((name) => `  ${name}`),
      );
      return undefined;
    },
  },
  {
    name: 'quit',
    key: 'q',
    argument: '[keep|roll back|cancel]',
    group: 'go',
    help: 'stop here: keep what exists, or take it back',
    run: quit,
  },
];
