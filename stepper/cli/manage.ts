/**
 * The commands that look after what runs leave: containers, this machine. Only declared here; what they do is loaded
 * when it is asked for, since `run` pays for everything that is loaded at the start.
 */
import { type Command, Option } from 'commander';

type Done = (code: number) => void;

function declareContainers(program: Command, done: Done): void {
  program
    .command('inspect')
    .summary('show everything about containers or images, as JSON')
    .description('Shows what tsstep knows about each container or image, in the words of docker inspect.')
    .argument('<name...>', 'names or IDs, which may be shortened')
    .option('-f, --format <template>', 'only this: {{.State.Pid}}, {{json .Config}}')
    .option(
      '-s, --size',
      'SizeRw and SizeRootFs of a container: bytes of what it has written, and together with its image',
    )
    .addOption(new Option('--type <type>', 'container or image only').choices(['container', 'image']))
    .action(async (names, flags) => done(await (await import('./inspect.ts')).inspect(names, flags)));
  program
    .command('rm')
    .summary('remove containers')
    .description(
      'Removes containers with everything that was made for them: files, names, and with -v anonymous volumes.',
    )
    .argument('<name...>', 'names or IDs, which may be shortened')
    .option('-f, --force', 'a running one too: it is killed')
    .option('-v, --volumes', 'its anonymous volumes too, unless another container has them')
    .action(async (names, flags) => done(await (await import('./rm.ts')).rm(names, flags)));
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
  declareMachine(program, done);
}
