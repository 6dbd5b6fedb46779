/** All commands of the prompt; a front end needs nothing else to offer them. */

import { wrap } from '../plain/style.ts';
import type { Command } from './command.ts';
import { go } from './go.ts';
import { layersCommand } from './layers.ts';
import { looking } from './look.ts';
import { shellCommand } from './shell.ts';

const help: Command = {
  name: 'help',
  key: '?',
  group: 'act',
  help: 'this list',
  run: ({ print, style }) => print(helpLines(style.width)),
};

export const commands: readonly Command[] = [...go, ...looking, layersCommand, shellCommand, help];

const groups = { go: 'Go on', look: 'Look', act: 'Act' } as const;

function helpLines(columns: number): string[] {
  const usage = ({ key, name, argument }: Command) => `${key}  ${name}${argument ? ` ${argument}` : ''}`;
  const width = Math.max(...commands.map((command) => usage(command).length));
  return (Object.keys(groups) as (keyof typeof groups)[]).flatMap((group) => [
    groups[group],
    ...commands
      .filter((command) => command.group === group)
      .flatMap((command) =>
        wrap(command.help, columns - width - 4).map(
          (line, index) => `  ${(index === 0 ? usage(command) : '').padEnd(width)}  ${line}`,
        ),
      ),
  ]);
}

/** `d network`, `!ls`, `next`: the command and what follows it; a name may be shortened as long as it stays unique. */
export function findCommand(line: string): { command: Command; argument: string } | undefined {
  const text = line.trim();
  if (text.startsWith('!')) return { command: shellCommand, argument: text.slice(1).trim() };
  const [word = '', ...rest] = text.split(/\s+/);
  const exact = commands.find(({ key, name }) => word === key || word === name);
  const starting = commands.filter(({ name }) => word !== '' && name.startsWith(word));
  const command = exact ?? (starting.length === 1 ? starting[0] : undefined);
  return command && { command, argument: rest.join(' ') };
}
