/** What docker 20.10 ends with for the same words. */
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { declareProgram } from '../../../stepper/cli/program.ts';
import { usageExit } from '../../../stepper/cli/usage-exit.ts';

async function exitOf(words: string): Promise<number> {
  const program = declareProgram(() => undefined);
  const quiet = { writeErr: () => undefined, writeOut: () => undefined };
  const all = [program];
  for (let command = all.pop(); command; command = all.pop()) {
    command.configureOutput(quiet);
    all.push(...command.commands);
  }
  try {
    await program.parseAsync(words.split(' ').filter(Boolean), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error);
    throw error;
  }
  throw new Error(`${words} is understood`);
}

describe('a command line that is not understood ends as with docker:', () => {
  const missing = [
    ...[
      'run',
      'create',
      'start',
      'stop',
      'restart',
      'kill',
      'rm',
      'wait',
      'exec',
      'exec c',
      'attach',
      'logs',
      'top',
    ],
    ...[
      'port',
      'pause',
      'rename c',
      'update',
      'cp',
      'inspect',
      'commit',
      'diff',
      'rmi',
      'pull',
      'tag a',
      'history',
    ],
    ...['save', 'network create', 'network connect n', 'volume inspect'],
  ];
  it.each(missing)('%s: a word is missing, 1', async (words) => {
    expect(await exitOf(words)).toBe(1);
  });

  it.each(['events x', 'ps x', 'port c 80 81', 'logs c d', 'wrong', 'network wrong'])(
    '%s: 1',
    async (words) => {
      expect(await exitOf(words)).toBe(1);
    },
  );

  it.each(['run --nope', 'ps --nope', 'stats --nope', 'start --nope c', 'exec -w', 'run -p'])(
    '%s: 125',
    async (words) => {
      expect(await exitOf(words)).toBe(125);
    },
  );

  it.each(['', 'network', 'volume', 'run --help'])('%j shows what there is: 0', async (words) => {
    expect(await exitOf(words)).toBe(0);
  });
});
