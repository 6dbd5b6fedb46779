/** The noun `container`: docker's commands for containers once more, made of the declarations at the top. */
import { Command } from 'commander';

type Done = (code: number) => void;
type Declare = (program: Command, done: Done) => void;

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Docker's sub-commands by their names at the top; those that tsstep does not have are not made. */
const below: Readonly<Record<string, { name?: string; aliases?: readonly string[] }>> = {
  attach: {},
  commit: {},
  cp: {},
  create: {},
  diff: {},
  exec: {},
  export: {},
  kill: {},
  logs: {},
  pause: {},
  port: {},
  ps: { name: 'ls', aliases: ['ps', 'list'] },
  rename: {},
  restart: {},
  rm: { aliases: ['remove'] },
  run: {},
  start: {},
  stats: {},
  stop: {},
  top: {},
  unpause: {},
  update: {},
  wait: {},
};

/** @param declarations what declares the commands at the top: commander lets a command stand in one place only */
export function declareContainer(program: Command, declarations: readonly Declare[], done: Done): void {
  const container = program
    .command('container')
    .summary('look after containers')
    .description(
      'Makes, lists, shows, changes and removes containers: the commands at the top once more, by docker’s names.',
    )
    .enablePositionalOptions();
  const top = new Command().copyInheritedSettings(program).enablePositionalOptions();
  for (const declare of declarations) declare(top, done);
  for (const command of top.commands) {
    const place = below[command.name()];
    if (!place) continue;
    const { name = command.name(), aliases = [] } = place;
    container.addCommand(command.name(name).aliases(aliases));
  }
  declareOwn(container, done);
}

/** What docker has here and not at the top. */
function declareOwn(container: Command, done: Done): void {
  container
    .command('inspect')
    .summary('show everything about containers, as JSON')
    .description('Shows what tsstep knows about each container, in the words of docker container inspect.')
    .argument('<name...>', 'names or IDs, which may be shortened')
    .option('-f, --format <template>', 'only this: {{.State.Pid}}, {{json .Config}}')
    .action(async (names, flags) =>
      done(await (await import('./inspect.ts')).inspect(names, { ...flags, type: 'container' })),
    );
  container
    .command('prune')
    .summary('remove containers that do not run')
    .description('Removes all containers that do not run. Their anonymous volumes stay.')
    .option('-f, --force', 'do not ask')
    .option('--filter <filter>', 'until=, label= or label!= (repeatable)', several)
    .action(async (flags) => done(await (await import('./container/prune.ts')).prune(flags)));
}
