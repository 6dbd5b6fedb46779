import type { Command } from 'commander';

/** Declares `system df`, `system start` and `system stop`. `done` gets the exit code. */
export function declareSystem(program: Command, done: (code: number) => void): void {
  const system = program
    .command('system')
    .summary('look after what tsstep keeps')
    .description('Shows what tsstep keeps on this machine.')
    .enablePositionalOptions();
  system
    .command('df')
    .summary('show how much disk space is used')
    .description('Shows how much space images, containers and volumes take, and how much could be won.')
    .option('-v, --verbose', 'each one of them')
    .option('--format <format>', 'json, or a template like {{.Type}} {{.Size}}')
    .action(async (flags) => done(await (await import('./system-df.ts')).systemDf(flags)));
  system
    .command('start')
    .summary('start what its restart policy brings back after a boot')
    .description(
      'Takes back what the last boot has left, and starts each container whose restart policy says so. vm/tsstep.service calls it.',
    )
    .action(async () => done(await (await import('./system-start.ts')).systemStart()));
  system
    .command('stop')
    .summary('stop all containers until the next system start')
    .description('Stops every container that runs. Those with a restart policy come back with system start.')
    .action(async () => done(await (await import('./system-start.ts')).systemStop()));
}
