/** The commands about what a container has changed: seeing it, keeping it, taking files in and out. Loaded when asked for. */
import type { Command } from 'commander';

type Done = (code: number) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `done` gets the exit code. */
export function declareChanges(program: Command, done: Done): void {
  program
    .command('diff')
    .summary('list what a container has changed in its files')
    .description('Lists what a container has added (A), changed (C) and deleted (D), running or not.')
    .argument('<name>', 'a name or an ID, which may be shortened')
    .action(async (name) => done(await (await import('./diff.ts')).diff(name)));
  program
    .command('commit')
    .summary('make an image of what a container has changed')
    .description(
      'Makes a layer of a container’s changes, and an image of that on top of the container’s own image. Volumes are not part of it.',
    )
    .argument('<name>', 'a name or an ID, which may be shortened')
    .argument('[name[:tag]]', 'what to call the image')
    .option('-a, --author <author>', 'who made it: "Ada <ada@example.org>"')
    .option('-m, --message <message>', 'what it is, for `history`')
    .option(
      '-c, --change <instruction>',
      'a Dockerfile instruction, like \'CMD ["/bin/sh"]\' (repeatable)',
      several,
    )
    .option('-p, --pause [bool]', 'stop a running container meanwhile', 'true')
    .action(async (name, image, flags) =>
      done(await (await import('./commit.ts')).commit(name, image, flags)),
    );
  program
    .command('cp')
    .summary('copy files between a container and this machine')
    .description(
      'Copies files and directories, from or to NAME:PATH. - is a tar: on standard output, or from standard input.',
    )
    .argument('<from>', 'NAME:PATH, a path of this machine, or - for a tar on standard input')
    .argument('<to>', 'NAME:PATH, a path of this machine, or - for a tar on standard output')
    .option('-a, --archive', 'keep owners')
    .option('-L, --follow-link', 'where the path names a symlink, copy what it leads to')
    .option('-q, --quiet', 'do not say what was copied')
    .action(async (from, to, flags) => done(await (await import('./cp.ts')).cp(from, to, flags)));
}
