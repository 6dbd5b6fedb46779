/** The commands for containers that live: changing, stopping and watching them. Loaded when asked for. */
import type { Command } from 'commander';
import { addWatchFlags } from './stepping-flags.ts';

type Done = (code: number) => void;

/** `done` gets the exit code. */
export function declareLives(program: Command, done: Done): void {
  program
    .command('rename')
    .summary('give a container another name')
    .description('Gives a container another name, running or not.')
    .argument('<name>', 'a name or an ID, which may be shortened')
    .argument('<new-name>', 'letters, digits, _ . and -')
    .action(async (name, to) => done(await (await import('./container/rename.ts')).rename(name, to)));
  program
    .command('pause')
    .summary('stop all processes of containers where they are')
    .description(
      'Stops all processes of containers at once, without a signal, by the freezer of their control group.',
    )
    .argument('<name...>', 'names or IDs, which may be shortened')
    .action(async (names) => done(await (await import('./container/pause.ts')).pause(names)));
  program
    .command('unpause')
    .summary('let paused containers go on')
    .description('Lets the processes of paused containers go on from where they were.')
    .argument('<name...>', 'names or IDs, which may be shortened')
    .action(async (names) => done(await (await import('./container/pause.ts')).unpause(names)));
  program
    .command('port')
    .summary('show which ports lead to a container')
    .description('Shows the ports of this machine that lead to a running container, or to one port of it.')
    .argument('<name>', 'a name or an ID, which may be shortened')
    .argument('[port[/udp]]', 'only this one of its own')
    .action(async (name, port) => done(await (await import('./container/port.ts')).port(name, port)));
  program
    .command('stats')
    .summary('show what running containers use')
    .description('Shows CPU, memory, network and disk of containers, each second until Ctrl-C.')
    .argument('[name...]', 'names or IDs; all that run unless told')
    .option('-a, --all', 'those that do not run as well')
    .option('--no-stream', 'once only')
    .option('--no-trunc', 'whole IDs')
    .option('--format <format>', 'json, or a template like {{.Name}}: {{.CPUPerc}}')
    .action(async (names, flags) => done(await (await import('./stats/show.ts')).stats(names, flags)));
  const update = program
    .command('update')
    .summary('change limits of containers')
    .description('Changes limits of containers, of running ones at once, and what starts them again.')
    .argument('<name...>', 'names or IDs, which may be shortened')
    .option('-m, --memory <size>', 'memory limit, at least 6m')
    .option('--memory-swap <size>', 'limit of memory and swap together, -1 for none')
    .option('--cpus <number>', 'CPUs’ worth of time, like 0.5')
    .option('-c, --cpu-shares <weight>', 'weight when CPUs are short, 1024 is usual')
    .option('--cpuset-cpus <list>', 'CPUs to run on, like 0-2,5')
    .option('--pids-limit <number>', 'limit of processes and threads, -1 for none')
    .option('--restart <policy>', 'start it again when it ends: no, on-failure[:n], always, unless-stopped');
  addWatchFlags(update).action(async (names, flags) =>
    done(await (await import('./container/update.ts')).update(names, flags)),
  );
}
