import type { Command } from 'commander';

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `done` gets the exit code. */
export function declarePs(program: Command, done: (code: number) => void): void {
  program
    .command('ps')
    .summary('list containers')
    .description('Lists the containers that run, newest first.')
    .option('-a, --all', 'those that do not run as well')
    .option('-f, --filter <filter>', 'only those that fit, like status=exited (repeatable)', several)
    .option('--format <format>', 'json, or a template like {{.ID}} {{.Names}}, perhaps with table in front')
    .option('-n, --last <count>', 'only the newest ones, whatever their state')
    .option('-l, --latest', 'only the newest one, whatever its state')
    .option('--no-trunc', 'whole IDs and commands')
    .option('-q, --quiet', 'IDs only')
    .option('-s, --size', 'the bytes of what each has written, and together with its image')
    .action(async (flags) => done(await (await import('./ps.ts')).ps(flags)));
}
