import type { Command } from 'commander';
import { TsstepError } from '../../core/errors.ts';
import { parseSpec } from '../../core/spec/parse.ts';
import { warningsOf } from '../../core/spec/warnings.ts';
import type { FrontEnd } from '../front-end.ts';
import { jsonFrontEnd, quietFrontEnd } from '../json/front-end.ts';
import { run } from '../run.ts';
import { Stepping } from '../stepping.ts';
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
    frontEnd: await frontEndFor(flags),
    faults: parseFaults(flags.inject),
    eventFiles: eventTargets(flags),
    recordSecrets: flags.recordSecrets ?? false,
    showOutput: flags.ui !== 'json',
    argv: process.argv.slice(2),
  });
}

/** `auto`: the plain prompt where some flag asks to watch, else nothing but the container's own output. */
async function frontEndFor(flags: Flags): Promise<FrontEnd> {
  const watching =
    flags.pauseEach || flags.step || flags.until !== undefined || (flags.break?.length ?? 0) > 0;
  if (flags.ui === 'json') return jsonFrontEnd();
  if (flags.ui === 'quiet' || (flags.ui === 'auto' && !watching)) return quietFrontEnd();
  if (flags.ui !== 'auto' && flags.ui !== 'plain') throw unknownUi(flags.ui);
  const { PlainFrontEnd } = await import('../plain/front-end.ts');
  return new PlainFrontEnd({ asks: watching });
}

function unknownUi(ui: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `--ui: there is no front end "${ui}"`,
    why: 'events are shown as text or as JSON lines',
    remedy: 'use auto, plain, json or quiet',
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
