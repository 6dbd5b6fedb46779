import { type Command, Option } from 'commander';
import type { ExecFlags } from '../../core/spec/exec.ts';
import { addWatchFlags, type WatchFlags } from './stepping-flags.ts';

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Docker's flags, CONTAINER and COMMAND: `tsstep exec` and `tsstep plan exec` share them. */
export function addExecFlags(command: Command): Command {
  return command
    .optionsGroup('Process:')
    .option('-i, --interactive', 'pass standard input on to the command')
    .option('-t, --tty', 'give the command a pseudo-terminal')
    .option('-d, --detach', 'do not wait for the command')
    .option('--detach-keys <keys>', 'keys that leave the command to itself')
    .option('-e, --env <name=value>', 'set a variable; NAME alone passes on the one of this shell', several)
    .option('--env-file <file>', 'set the variables of a file, one a line', several)
    .option('-u, --user <user[:group]>', 'run as this user, by name or number')
    .option('-w, --workdir <path>', 'directory in the container to start in')
    .addOption(new Option('--privileged', 'grant the command all capabilities').helpGroup('Security:'))
    .argument('<container>', 'name or ID of a container that runs')
    .argument('<command...>', 'command and its arguments')
    .usage('[options] CONTAINER COMMAND [ARG...]')
    .passThroughOptions();
}

/** Declares `exec`; `done` gets the exit code. */
export function declareExec(program: Command, done: (code: number) => void): void {
  const command = program
    .command('exec')
    .summary('run a command in a container that runs, watching it get in')
    .description(
      'Starts a process, moves it into the namespaces and the cgroup of CONTAINER, and runs COMMAND.',
    );
  program
    .command('probe', { hidden: true })
    .argument('<container>')
    .action(async (container: string) => done(await (await import('./probe.ts')).probe(container)));
  addWatchFlags(addExecFlags(command)).action(
    async (container: string, words: string[], flags: ExecFlags & WatchFlags) => {
      const { execWith } = await import('./exec.ts');
      done(await execWith(flags, container, words));
    },
  );
}
