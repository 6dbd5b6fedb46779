/** `tsstep vm`: a virtual machine of Debian packages to run tsstep in, with this checkout shared into it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { TsstepError } from '../../core/errors.ts';
import { cgroupLayouts, type Shape, suites } from '../../vm/shape.ts';

type Done = (code: number) => void;
type Flags = Shape & { fresh?: boolean; delete?: boolean };

const say = (text: string) => void process.stderr.write(`tsstep: ${text}\n`);

function atLeast(least: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It has to be a number, ${least} or more.`);
  };
}

const suite = () =>
  new Option('--suite <suite>', 'Debian 13 (Linux 6.12) or 12 (6.1)').choices(suites).default('trixie');

/** Of a machine that is to be started. */
function addShape(command: Command): Command {
  return command
    .addOption(suite())
    .option('--systemd', 'systemd as PID 1; without, a tiny init that is ready sooner', false)
    .addOption(
      new Option(
        '--cgroups <layout>',
        'how the tiny init mounts control groups; v1 and hybrid need bookworm’s kernel',
      )
        .choices(cgroupLayouts)
        .default('v2'),
    )
    .option('--cpus <number>', 'processors', atLeast(1), 2)
    .option('--memory <MiB>', 'memory', atLeast(256), 2048)
    .option('--writable', 'let it write to this checkout, which is /tsstep inside', false);
}

/** Declares `vm` and what belongs to it; `done` gets the exit code. */
export function declareVm(program: Command, done: Done): void {
  const vm = program
    .command('vm')
    .summary('a virtual machine to run tsstep in')
    .description(
      'Builds a virtual machine of Debian packages, starts it with QEMU, and shares this checkout into it. KVM is used where it works.',
    )
    .enablePositionalOptions();
  addShape(vm.command('up'))
    .summary('start the machine')
    .description('Starts the machine. Its disk stays when it goes down.')
    .option('--fresh', 'with a new disk')
    .action(async (flags: Flags) => {
      await (await commands('up')).up(flags, flags.fresh ?? false, say);
      done(0);
    });
  vm.command('ssh')
    .summary('log in, or run a command in the machine')
    .description('Logs in to the machine that is up, as root, or runs one command there, in /tsstep.')
    .argument('[command...]', 'a command and its arguments')
    .addOption(suite())
    .passThroughOptions()
    .action(async (words: string[], flags: Flags) => done(await (await commands('ssh')).login(flags, words)));
  addShape(vm.command('run'))
    .summary('run a command in a machine of its own')
    .description(
      'Starts a machine for one command, which runs as root in /tsstep, and forgets it afterwards.',
    )
    .argument('<command...>', 'a command and its arguments')
    .passThroughOptions()
    .action(async (words: string[], flags: Flags) =>
      done(await (await commands('run')).runOnce(flags, words, say)),
    );
  vm.command('down')
    .summary('end the machine')
    .description('Shuts the machine down.')
    .addOption(suite())
    .option('--delete', 'and forgets its disk')
    .action(async (flags: Flags) => {
      await (await commands('down')).down(flags, flags.delete ?? false, say);
      done(0);
    });
  vm.command('build')
    .summary('build the image, if it is not there')
    .description('Builds what the other commands start from, so that they need not.')
    .addOption(suite())
    .action(async (flags: Flags) => {
      await (await commands('build')).build(flags);
      done(0);
    });
}

/** Loaded when it is asked for. @throws TsstepError not-root */
async function commands(name: string) {
  if (process.geteuid?.() === 0) return await import('../../vm/commands.ts');
  throw new TsstepError({
    code: 'not-root',
    what: `tsstep vm ${name} needs root`,
    why: 'the files of a Debian system belong to root, and virtiofsd passes on whose they are',
    remedy: `sudo tsstep vm ${name} …`,
  });
}
