/** The commands that bring containers from one state to another. Only declared here; what they do is loaded when it is asked for. */
import type { Command } from 'commander';
import { addWatchFlags } from './stepping-flags.ts';

type Done = (code: number) => void;

const names = ['<name...>', 'names or IDs, which may be shortened'] as const;

/** `done` gets the exit code. */
export function declareLifecycle(program: Command, done: Done): void {
  const start = program
    .command('start')
    .summary('start containers that do not run')
    .description('Starts each container: everything that ended with its last process is made anew.')
    .argument(...names)
    .option('-a, --attach', 'stay with it: show its output and end with its exit code')
    .option('-i, --interactive', 'pass standard input on to the command');
  addWatchFlags(start).action(async (given, flags) =>
    done(await (await import('./start.ts')).startAll(given, flags)),
  );
  program
    .command('stop')
    .summary('stop running containers')
    .description('Asks each container’s command to end, and kills it when it takes too long.')
    .argument(...names)
    .option('-t, --time <seconds>', 'how long it may take; -1 is for ever (10, or its --stop-timeout)')
    .action(async (given, flags) => done(await (await import('./stop.ts')).stopAll(given, flags)));
  program
    .command('restart')
    .summary('stop containers and start them again')
    .description('Stops each container that runs, and starts it again.')
    .argument(...names)
    .option('-t, --time <seconds>', 'how long its command may take to end')
    .action(async (given, flags) => done(await (await import('./stop.ts')).restartAll(given, flags)));
  program
    .command('kill')
    .summary('send a signal to containers')
    .description('Sends a signal to the first process of each container.')
    .argument(...names)
    .option('-s, --signal <signal>', 'by name or number', 'KILL')
    .action(async (given, flags) => done(await (await import('./stop.ts')).killAll(given, flags)));
  program
    .command('wait')
    .summary('wait until containers end, and print their exit codes')
    .description('Waits for each container’s process to end, and prints its exit code.')
    .argument(...names)
    .action(async (given) => done(await (await import('./wait.ts')).waitForAll(given)));
  program
    .command('supervise', { hidden: true })
    .description('What a container’s supervisor starts when the process has ended.')
    .argument('<id>')
    .action(async (id) => done(await (await import('./supervise.ts')).supervise(id)));
}
