import type { CommanderError } from 'commander';

/** What docker's client finds out about words, behind the flags: missing or superfluous ones, and commands that do not exist. */
const words: ReadonlySet<string> = new Set([
  'commander.missingArgument',
  'commander.excessArguments',
  'commander.unknownCommand',
]);

/** Docker's exit code for a command line that commander refuses: 1 for its words, 125 for its flags. */
export function usageExit({ code, exitCode }: Pick<CommanderError, 'code' | 'exitCode'>): number {
  // A noun alone, like `tsstep network`, asks what there is.
  if (exitCode === 0 || code === 'commander.help') return 0;
  return words.has(code) ? 1 : 125;
}
