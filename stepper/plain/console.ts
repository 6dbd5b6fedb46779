import { commands } from '../commands/table.ts';
import { type CommandInput, PipeInput, TerminalInput } from './input.ts';
import { type Style, styleFor } from './style.ts';

/** Where the plain front end writes, and where commands come from. */
export interface Console {
  readonly style: Style;
  readonly input: CommandInput;
  /** A person sits at a terminal that can be lent to a shell. */
  readonly interactive: boolean;
  /** Where progress can be drawn; undefined: it is told in lines. */
  readonly bars: NodeJS.WriteStream | undefined;
  /** What a person can do at a pause, in one line. */
  readonly hint: string;
  /** Whether programs may write to descriptor 2 themselves: it is where `write` does. */
  readonly shared: boolean;
  write(text: string): void;
  /** What was just asked for could not be done: the exit code of whoever asked nothing else. */
  failed(code: number): void;
}

/** This process's own: lines on stderr, as stdout belongs to the container alone. */
export function ownConsole(): Console {
  const write = (text: string) => void process.stderr.write(text);
  const interactive = process.stdin.isTTY === true;
  return {
    style: styleFor(process.stderr, process.env),
    input: interactive ? new TerminalInput(complete) : new PipeInput(write),
    interactive,
    hint: '[n]ext [s]tep [c]ontinue [f]inish [p]rint [d]iff [e]xplain [!]shell [q]uit [?]',
    shared: true,
    bars: process.stderr.isTTY ? process.stderr : undefined,
    write,
    failed: () => undefined,
  };
}

function complete(line: string): string[] {
  const matching = commands.map(({ name }) => name).filter((name) => name.startsWith(line));
  return matching.length > 0 ? matching : commands.map(({ name }) => name);
}
