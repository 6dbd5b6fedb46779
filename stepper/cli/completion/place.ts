/** Where in a command line the cursor is, by the tree of commands that commander has and by its rules. */
import type { Command, Option } from 'commander';

export interface Place {
  command: Command;
  /** Words behind the command's name, as far as they are whole: not an option that still waits for its value. */
  typed: readonly string[];
  /** Those of them that are no option and no option's value. */
  operands: readonly string[];
  /** The option whose value is being typed. */
  option?: Option;
  /** An option may be typed here. */
  options: boolean;
  /** `tsstep help` is in front: only a command's name makes sense. */
  helping: boolean;
  /** What there is of the value so far, and what is glued to its front, as in `--ui=pl`. */
  word: string;
  glued: string;
}

/** @param words behind `tsstep`, up to the cursor; the last one, which may be empty, is being typed */
export function placeOf(program: Command, words: readonly string[]): Place {
  let place: Place = {
    command: program,
    typed: [],
    operands: [],
    options: true,
    helping: false,
    word: words.at(-1) ?? '',
    glued: '',
  };
  for (const word of words.slice(0, -1)) place = behind(place, word);
  return place.option || !place.options ? place : gluedValue(place);
}

function behind({ option, ...place }: Place, word: string): Place {
  const { command, operands, options } = place;
  const typed = option ? [...place.typed, option.long ?? '', word] : [...place.typed, word];
  if (option) return { ...place, typed };
  if (options && word === '--') return { ...place, typed, options: false };
  if (options && word.startsWith('-') && word !== '-') {
    const waiting = waitingFor(command, word);
    return waiting
      ? { ...place, typed: [...place.typed, ...bundledWith(word)], option: waiting }
      : { ...place, typed };
  }
  if (operands.length === 0) {
    const next = command.commands.find((each) => each.name() === word);
    if (next) return { ...place, command: next, typed: [] };
    if (word === 'help' && command.commands.length > 0) return { ...place, helping: true };
  }
  return { ...place, typed, operands: [...operands, word], options: options && !endsOptions(command) };
}

/** The flags in front of the one that waits: `-i` and `-t` of `-itv`. */
const bundledWith = (word: string): string[] =>
  word.startsWith('--') || word.length === 2 ? [] : [word.slice(0, -1)];

/** The option that takes the next word as its value. In a bundle like `-itv` that can only be the last. */
function waitingFor(command: Command, word: string): Option | undefined {
  if (word.startsWith('--')) return takingValue(command, word);
  for (const [index, letter] of [...word.slice(1)].entries()) {
    const option = takingValue(command, `-${letter}`);
    if (option) return index === word.length - 2 ? option : undefined;
  }
  return undefined;
}

const takingValue = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ required, short, long }) => required && (flag === short || flag === long));

function gluedValue(place: Place): Place {
  const [, flag = '', value = ''] = /^(--[^=]+)=(.*)$/s.exec(place.word) ?? [];
  const option = takingValue(place.command, flag);
  return option ? { ...place, option, glued: `${flag}=`, word: value } : place;
}

/**
 * Whether everything behind the first operand is left as it is, as behind the image of `run`. Commander tells nobody that it
 * was asked for that, but it shows: what looks like a flag is then no unknown flag.
 */
function endsOptions(command: Command): boolean {
  return command.parseOptions(['operand', '--no-such-flag']).unknown.length === 0;
}
