import type { Command } from 'commander';

type Done = (code: number) => void;

/**
 * Declares what a shell asks at every Tab: `tsstep __complete -- WORDS`, named as the tools made with cobra name it, docker
 * among them. Loaded when asked for.
 */
export function declareCompletion(program: Command, done: Done): void {
  program
    .command('__complete', { hidden: true })
    .argument('[word...]')
    .action(async (words: string[]) =>
      done(await (await import('./completion/answer.ts')).answer(program, words)),
    );
}
