import type { Command } from 'commander';

type Done = (code: number) => void;

/**
 * Declares `completion`, and what its scripts ask at every Tab: `tsstep __complete -- WORDS`, named as the tools made with
 * cobra name it, docker among them. Loaded when asked for.
 */
export function declareCompletion(program: Command, done: Done): void {
  program
    .command('completion')
    .summary('print a script that lets a shell complete tsstep’s words')
    .description(
      'Prints the script for a shell. To try it: source <(tsstep completion bash), or tsstep completion fish | source.',
    )
    .argument('[shell]', 'bash, zsh or fish')
    .usage('bash|zsh|fish')
    .action(async (shell?: string) => done((await import('./completion/print.ts')).print(shell)));
  program
    .command('__complete', { hidden: true })
    .argument('[word...]')
    .action(async (words: string[]) =>
      done(await (await import('./completion/answer.ts')).answer(program, words)),
    );
}
