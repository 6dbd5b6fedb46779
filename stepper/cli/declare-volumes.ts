/** The commands for volumes. Only declared here; what they do is loaded when it is asked for. */
import type { Command } from 'commander';

type Done = (code: number) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `done` gets the exit code. */
export function declareVolumes(program: Command, done: Done): void {
  const volume = program
    .command('volume')
    .summary('look after volumes')
    .description('Makes, lists, shows and removes volumes: directories that outlive containers.');
  volume
    .command('create')
    .summary('make a volume')
    .description('Makes a volume, unless there is one of this name, and prints its name.')
    .argument('[new-name]', 'two characters or more; made up unless told')
    .option('-d, --driver <name>', 'local, which is the only one', 'local')
    .option('--label <name=value>', 'attach a label (repeatable)', several)
    .option('-o, --opt <name=value>', 'options of the driver (not supported)', several)
    .action(async (name, flags) => done(await (await import('./volume/create.ts')).create(name, flags)));
  volume
    .command('ls')
    .alias('list')
    .summary('list volumes')
    .description('Lists volumes by name.')
    .option('-q, --quiet', 'names only')
    .option('-f, --filter <filter>', 'dangling=, driver=, label= or name= (repeatable)', several)
    .option('--format <format>', 'json, or a template like {{.Name}}: {{.Mountpoint}}')
    .action(async (flags) => done((await import('./volume/list.ts')).list(flags)));
  volume
    .command('inspect')
    .summary('show everything about volumes, as JSON')
    .description('Shows what is known about each volume, in the words of docker volume inspect.')
    .argument('<volume...>', 'names')
    .option('-f, --format <template>', 'only this: {{.Mountpoint}}')
    .action(async (names, flags) => done(await (await import('./volume/inspect.ts')).inspect(names, flags)));
  volume
    .command('rm')
    .alias('remove')
    .summary('remove volumes')
    .description('Removes volumes with all their files, unless a container has them, running or not.')
    .argument('<volume...>', 'names')
    .option('-f, --force', 'a volume that is not there is no failure')
    .action(async (names, flags) => done(await (await import('./volume/remove.ts')).remove(names, flags)));
  volume
    .command('prune')
    .summary('remove volumes that no container has')
    .description('Removes all volumes that no container has, running or not, with all their files.')
    .option('-f, --force', 'do not ask')
    .option('--filter <filter>', 'label= or label!= (repeatable)', several)
    .action(async (flags) => done(await (await import('./volume/prune.ts')).prune(flags)));
}
