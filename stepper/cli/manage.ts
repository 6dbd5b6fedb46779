/**
 * The commands that look after what runs leave: containers, images, this machine. Only declared here; what they do is loaded
 * when it is asked for, since `run` pays for everything that is loaded at the start.
 */
import type { Command } from 'commander';
import { addPullFlags } from './pull-flags.ts';

type Done = (code: number) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

function declareContainers(program: Command, done: Done): void {
  program
    .command('ps')
    .summary('list containers')
    .description('Lists the containers that run, newest first.')
    .option('-a, --all', 'those that do not run as well')
    .option('-q, --quiet', 'IDs only')
    .option('--no-trunc', 'whole IDs and commands')
    .option('--format <format>', 'json, or a template like {{.ID}} {{.Names}}')
    .action(async (flags) => done((await import('./ps.ts')).ps(flags)));
  program
    .command('inspect')
    .summary('show everything about containers, as JSON')
    .description('Shows what tsstep knows about each container, in the words of docker inspect.')
    .argument('<name...>', 'names or IDs, which may be shortened')
    .option('-f, --format <template>', 'only this: {{.State.Pid}}, {{json .Config}}')
    .action(async (names, flags) => done(await (await import('./inspect.ts')).inspect(names, flags)));
  program
    .command('rm')
    .summary('remove containers')
    .description(
      'Removes containers with everything that was made for them: files, anonymous volumes, names.',
    )
    .argument('<name...>', 'names or IDs, which may be shortened')
    .option('-f, --force', 'a running one too: it is killed')
    .option('-v, --volumes', 'as with docker; anonymous volumes go in any case')
    .action(async (names, flags) => done(await (await import('./rm.ts')).rm(names, flags)));
}

function declareImages(program: Command, done: Done): void {
  program
    .command('images')
    .summary('list images')
    .description('Lists the images of the local store, newest first.')
    .option('-q, --quiet', 'IDs only')
    .option('--no-trunc', 'whole IDs')
    .option('--format <format>', 'json, or a template like {{.Repository}}:{{.Tag}}')
    .action(async (flags) => done(await (await import('./images.ts')).images(flags)));
  const pull = program
    .command('pull')
    .summary('get an image from a registry')
    .description(
      'Gets an image from a registry and unpacks it: the image stage of a run, which can be watched in the same way.',
    );
  addPullFlags(pull).action(async (name, flags) =>
    done(await (await import('./pull.ts')).pullImage(name, flags)),
  );
  program
    .command('load')
    .summary('load images of an archive')
    .description(
      'Loads the images of a `docker save` archive or an OCI layout: a file, a directory, or standard input.',
    )
    .option('-i, --input <file>', 'read this file or directory instead of standard input')
    .option('-q, --quiet', 'do not say what was loaded')
    .action(async (flags) => done(await (await import('./load.ts')).load(flags)));
  program
    .command('import')
    .summary('make an image of a root filesystem')
    .description('Makes an image with one layer of a tar, such as `docker export` writes.')
    .argument('<file>', 'a tar, may be gzip or zstd; - is standard input')
    .argument('[name[:tag]]', 'what to call the image')
    .option(
      '-c, --change <instruction>',
      'a Dockerfile instruction, like \'CMD ["/bin/sh"]\' (repeatable)',
      several,
    )
    .action(async (file, name, flags) =>
      done(await (await import('./import.ts')).importImage(file, name, flags)),
    );
}

function declareMachine(program: Command, done: Done): void {
  program
    .command('clean')
    .summary('finish what killed runs could not')
    .description(
      'Takes back what runs that were killed have left on this machine. Containers that ran keep their files.',
    )
    .action(async () => done(await (await import('./clean.ts')).clean()));
  program
    .command('doctor')
    .summary('check what this machine lacks, or what is left behind on it')
    .description('Checks what running containers needs, and says how to mend what is missing.')
    .option('--leaks', 'list what belongs to no living container instead')
    .option('--json', 'as JSON')
    .action(async (flags) => done(await (await import('./doctor.ts')).doctor(flags)));
}

/** `done` gets the exit code. */
export function declareManagement(program: Command, done: Done): void {
  declareContainers(program, done);
  declareImages(program, done);
  declareMachine(program, done);
}
