import type { Command } from 'commander';

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `done` gets the exit code. */
export function declareEvents(program: Command, done: (code: number) => void): void {
  program
    .command('events')
    .summary('show what happens to containers, volumes and networks')
    .description(
      'Shows what happens to containers, volumes and networks from now on, or what has happened. For what a run does to the kernel there is `run --events`.',
    )
    .option(
      '-f, --filter <filter>',
      'container=, event=, image=, label=, network=, type= or volume= (repeatable)',
      several,
    )
    .option('--since <time>', 'begin there: 10m (ago), 2026-01-31T12:00:00, or seconds since 1970')
    .option('--until <time>', 'end there')
    .option('--format <format>', 'json, or a template like {{.Action}} {{.Actor.ID}}')
    .action(async (flags) => done(await (await import('./events/show.ts')).events(flags)));
}
