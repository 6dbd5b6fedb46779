import type { Decision, Pause } from '../front-end.ts';
import type { Look } from '../plain/show-step.ts';
import type { Style } from '../plain/style.ts';

/** What a command may use. */
export interface CommandContext {
  pause: Pause;
  look: Look;
  style: Style;
  print(lines: readonly string[] | string): undefined;
  /** As it is, without a newline of its own. */
  write(text: string): void;
  /** A command could not do what it should; this is the exit code of whoever sent it alone. */
  failed(code: number): void;
  /** Asks a question; undefined at the end of the input. */
  ask(question: string): Promise<string | undefined>;
  /** Runs something that has the terminal, and the Ctrl-C typed on it, to itself. */
  lend<T>(run: () => T): T;
  /** Whether a person sits at a terminal, so that it can be given to a shell. */
  interactive: boolean;
  /** Whether a program can write to descriptor 2 itself: what it says appears where `print` writes. */
  shared: boolean;
}

/** One row of the table that the prompt, its help, its completion and docs/commands.md are made of. */
export interface Command {
  name: string;
  /** Its key: lower case goes forward or looks. */
  key: string;
  /** What may follow it. */
  argument?: string;
  group: 'go' | 'look' | 'act';
  help: string;
  /** A decision ends the pause. */
  run(context: CommandContext, argument: string): Promise<Decision | undefined> | Decision | undefined;
}
