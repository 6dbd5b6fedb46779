/** Completion against what the program declares and understands. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../../core/spec/parse.ts';
import { candidates } from '../../../stepper/cli/completion/candidates.ts';
import { ofArguments, ofOptions } from '../../../stepper/cli/completion/values.ts';
import { declareProgram } from '../../../stepper/cli/program.ts';

const program = (): Command => declareProgram(() => undefined);

async function fitting(...words: string[]): Promise<readonly string[]> {
  const found = await candidates(program(), words);
  return found === 'files' ? [] : found.map(([word]) => word);
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap((each) => everyCommand(each as Command))].filter(
    (each) => each.name() !== '__complete',
  );
}

const pathOf = (command: Command): string[] =>
  command.parent ? [...pathOf(command.parent as Command), command.name()] : [];

describe('completion', () => {
  it('says what commands, options and stages are', async () => {
    expect(await candidates(program(), ['images'])).toEqual([['images', 'list images']]);
    expect(await candidates(program(), ['rm', '-f'])).toEqual([['-f', 'a running one too: it is killed']]);
    expect(await candidates(program(), ['run', '--until', 'exec'])).toEqual([
      ['exec', expect.stringContaining('become the command')],
    ]);
  });

  it('offers every option that the help of its command shows', async () => {
    for (const command of everyCommand(program())) {
      const shown = command.createHelp().visibleOptions(command);
      const flags = shown.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
      expect(await fitting(...pathOf(command), '-')).toEqual(flags.sort());
    }
  });

  it('has no values for what no command has', () => {
    const commands = everyCommand(program());
    const options = commands.flatMap((command) => command.options);
    const known = options.flatMap(({ long, flags }) => [long, /<(.*)>/.exec(flags)?.[1]]);
    expect(Object.keys(ofOptions).filter((key) => !known.includes(key))).toEqual([]);
    const names = commands.flatMap((command) => command.registeredArguments.map((each) => each.name()));
    expect(Object.keys(ofArguments).filter((key) => !names.includes(key))).toEqual([]);
  });

  it.each(['network', 'pid', 'ipc', 'uts', 'security-opt', 'cap-add', 'cap-drop'])(
    'offers for --%s only what run understands',
    async (flag) => {
      const values = await fitting('run', `--${flag}`, '');
      expect(values.length).toBeGreaterThan(0);
      for (const value of values) {
        const run = program().commands.find((command) => command.name() === 'run');
        run?.parseOptions([`--${flag}`, value]);
        expect(() => parseSpec(run?.opts() ?? {}, 'lab', [], {})).not.toThrow();
      }
    },
  );
});
