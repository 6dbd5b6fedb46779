import type { Command } from 'commander';
import { TsstepError } from '../../core/errors.ts';
import { parseSpec } from '../../core/spec/parse.ts';
import { warningsOf } from '../../core/spec/warnings.ts';
import { pullFrontEnd } from '../progress/front-end.ts';
import { run } from '../run.ts';
import { Stepping } from '../stepping.ts';
import { frontEndFor } from './front-end.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';
import { addWatchFlags, eventTargets, parseFaults, type WatchFlags } from './stepping-flags.ts';

type Flags = RunFlags & WatchFlags;

/** Declares `run`; `done` gets the exit code. */
export function declareRun(program: Command, done: (code: number) => void): void {
  const command = program
    .command('run')
    .summary('create and run a container, watching it happen')
    .description('Creates a container from IMAGE through all nine stages and runs COMMAND in it.');
  addWatchFlags(addRunFlags(command)).action(async (image: string, words: string[], flags: Flags) => {
    done(await runWith(flags, image, words));
  });
}

async function runWith(flags: Flags, image: string, words: readonly string[]): Promise<number> {
  const spec = parseSpec(flags, image, words, process.env);
  if (spec.tty && spec.interactive && !process.stdin.isTTY) throw notATerminal();
  for (const warning of warningsOf(flags)) process.stderr.write(`tsstep: ${warning}\n`);
  return await run({
    spec,
    stepping: new Stepping(flags),
    frontEnd: await frontEndFor(flags, () => pullFrontEnd(process.stderr)),
    faults: parseFaults(flags.inject),
    eventFiles: eventTargets(flags),
    recordSecrets: flags.recordSecrets ?? false,
    showOutput: flags.ui !== 'json',
    argv: process.argv.slice(2),
  });
}

function notATerminal(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'the input device is not a terminal',
    why: '-t with -i connects your terminal to the container’s, and standard input is a file or a pipe',
    remedy: 'leave out -t: tsstep run -i …',
  });
}
