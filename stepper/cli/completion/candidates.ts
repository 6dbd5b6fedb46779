/** What fits at the cursor: commands and options as commander has them, values from the tables of what a value can be. */
import type { Argument, Command, Option } from 'commander';
import { type Place, placeOf } from './place.ts';
import { ofArguments, ofOptions, type Source } from './values.ts';

/** A word, and what it is. */
export type Candidate = readonly [word: string, description?: string | undefined];

/** `files`: the shell knows better. */
export type Fitting = readonly Candidate[] | 'files';

/** @param words behind `tsstep`, up to the cursor; the last one, which may be empty, is being typed */
export async function candidates(program: Command, words: readonly string[]): Promise<Fitting> {
  const place = placeOf(program, words);
  const fitting = await atPlace(place);
  if (fitting === 'files') return fitting;
  return fitting
    .filter(([word]) => word.startsWith(place.word))
    .map(([word, description = '']) => [place.glued + word, description]);
}

async function atPlace(place: Place): Promise<Fitting> {
  const { command, option, options, operands, helping, word } = place;
  if (option) return await valuesOf(option, sourceOf(option), place);
  if (options && word.startsWith('-')) return optionsOf(command);
  if (operands.length === 0 && command.commands.length > 0) return commandsOf(command);
  const argument = helping ? undefined : argumentAt(command, operands.length);
  return argument ? await valuesOf(argument, ofArguments[argument.name()], place) : [];
}

async function valuesOf(
  { argChoices }: Option | Argument,
  source: Source | undefined,
  place: Place,
): Promise<Fitting> {
  return argChoices ? argChoices.map((choice) => [choice]) : ((await source?.(place)) ?? []);
}

/** By the flag's own name, or by the word that the help has for its value: `<stage>`. */
function sourceOf({ long = '', flags }: Option): Source | undefined {
  return ofOptions[long] ?? ofOptions[/<(.*)>/.exec(flags)?.[1] ?? ''];
}

function optionsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible
    .flatMap(({ short, long, description }) =>
      [short, long].flatMap((flag): Candidate[] => (flag ? [[flag, description]] : [])),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function commandsOf(command: Command): Candidate[] {
  const help = command.createHelp();
  return help.visibleCommands(command).map((each) => [each.name(), help.subcommandDescription(each)]);
}

function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}
