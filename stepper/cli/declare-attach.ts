/** The commands about a container's output and input. Loaded when asked for. */
import type { Command } from 'commander';
import { DEFAULT_KEYS } from '../terminal/detach-keys.ts';

type Done = (code: number) => void;

/** `done` gets the exit code. */
export function declareAttach(program: Command, done: Done): void {
  program
    .command('attach')
    .summary('connect this terminal to a container that runs')
    .description(
      'Shows what a container writes from now on, and passes on what is typed. Ends with the container’s exit code.',
    )
    .argument('<name>', 'a name or an ID, which may be shortened')
    .option('--detach-keys <keys>', 'what to type to leave it running, with a terminal', DEFAULT_KEYS)
    .option('--no-stdin', 'pass nothing on')
    .option('--sig-proxy [bool]', 'pass signals on to a container without a terminal', 'true')
    .action(async (name, flags) => done(await (await import('./attach.ts')).attach(name, flags)));
  program
    .command('logs')
    .summary('show what a container has written')
    .description('Shows what a container has written to its standard output and error, running or not.')
    .argument('<name>', 'a name or an ID, which may be shortened')
    .option('-f, --follow', 'go on with what it writes, until it ends')
    .option('-n, --tail <lines>', 'only so many lines from the end', 'all')
    .option(
      '--since <time>',
      'only what was written since then: 10m ago, 2026-01-02T13:23:37Z, or seconds since 1970',
    )
    .option('--until <time>', 'only what was written until then')
    .option('-t, --timestamps', 'when each line was written')
    .option('--details', 'as with docker, whose logging options can add attributes to lines')
    .action(async (name, flags) => done(await (await import('./logs/logs.ts')).logs(name, flags)));
}
