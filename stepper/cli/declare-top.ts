import type { Command } from 'commander';

/** Declares `top`; `done` gets the exit code. */
export function declareTop(program: Command, done: (code: number) => void): void {
  program
    .command('top')
    .summary('show the processes of a container')
    .description(
      'Shows what ps of this machine tells about the processes of a container, with this machine’s pids.',
    )
    .argument('<container>', 'name or ID of a container that runs')
    .argument('[option...]', 'options of ps(1), which have to leave the column PID in it (-ef)')
    .usage('CONTAINER [PS-OPTION...]')
    .passThroughOptions()
    .action(async (container: string, options: string[]) =>
      done(await (await import('./top.ts')).top(container, options)),
    );
}
