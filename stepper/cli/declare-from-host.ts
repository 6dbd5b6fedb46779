import type { Command } from 'commander';

type Done = (code: number) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Declares `from-host` below `image`; loaded when asked for. `done` gets the exit code. */
export function declareFromHost(image: Command, done: Done): void {
  image
    .command('from-host')
    .summary('make an image of this machine’s own programs')
    .description(
      'Makes an image of this machine’s bash, coreutils and other programs, with the libraries that they need. No network is needed.',
    )
    .argument('[program...]', 'which ones besides bash and coreutils, instead of a selection')
    .option('--name <name[:tag]>', 'what to call the image', 'host:latest')
    .option('--add <path>', 'a file or directory to put in as well (repeatable)', several)
    .action(async (programs, flags) =>
      done(await (await import('./from-host.ts')).fromHost(programs, flags)),
    );
}
