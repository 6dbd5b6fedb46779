import type { Command } from 'commander';

/** Declares `system df`. `done` gets the exit code. */
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
}
