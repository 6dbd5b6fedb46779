import { type Command, Option } from 'commander';
import { requireTools } from '../../core/doctor/tools.ts';
import { TsstepError } from '../../core/errors.ts';
import { creation, pipeline } from '../../core/pipeline.ts';
import { parseSpec } from '../../core/spec/parse.ts';
import { warningsOf } from '../../core/spec/warnings.ts';
import type { FrontEnd } from '../front-end.ts';
import { type MakeRequest, make } from '../lifecycle/making.ts';
import { requireRoot } from '../open-session.ts';
import { pullFrontEnd } from '../progress/front-end.ts';
import { inBackground, type Notice, startInBackground } from '../remote/background.ts';
import { Stepping } from '../stepping.ts';
import { DEFAULT_KEYS, parseDetachKeys } from '../terminal/detach-keys.ts';
import { shortId } from './format/text.ts';
import { frontEndFor, isWatching } from './front-end.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';
import { forEach } from './state.ts';
import { addWatchFlags, eventTargets, parseFaults, type WatchFlags } from './stepping-flags.ts';

type Flags = RunFlags & WatchFlags & { detachKeys?: string };

/** Declares `run` and `create`; `done` gets the exit code. */
export function declareRun(program: Command, done: (code: number) => void): void {
  const run = program
    .command('run')
    .summary('create and run a container, watching it happen')
    .description('Creates a container from IMAGE through all nine stages and runs COMMAND in it.');
  const keys = new Option('--detach-keys <keys>', 'leave it alone when these are typed').default(
    DEFAULT_KEYS,
  );
  addWatchFlags(addRunFlags(run).addOption(keys.helpGroup('Container:'))).action(
    async (image: string, words: string[], flags: Flags) => {
      done(await makeWith(flags, image, words, flags.detach ? 'detached' : 'foreground'));
    },
  );
  const create = program
    .command('create')
    .summary('create a container without starting it')
    .description(
      'Makes what of a container stays when it does not run: its ID, name, files, writable layer.',
    );
  addWatchFlags(addRunFlags(create)).action(async (image: string, words: string[], flags: Flags) => {
    let code = 0;
    // Docker's codes from 125 on are for run alone.
    const refused = await forEach([image], async () => {
      code = await makeWith(flags, image, words, 'create');
    });
    done(refused || Math.min(code, 1));
  });
}

async function makeWith(
  flags: Flags,
  image: string,
  words: readonly string[],
  mode: MakeRequest['mode'],
): Promise<number> {
  const spec = parseSpec(flags, image, words, process.env);
  if (mode === 'foreground' && spec.tty && spec.interactive && !process.stdin.isTTY) throw notATerminal();
  for (const warning of warningsOf(flags)) process.stderr.write(`tsstep: ${warning}\n`);
  requireRoot(mode === 'create' ? 'create' : 'run');
  requireTools(spec);
  const tell = inBackground();
  if (mode !== 'foreground' && !tell && isWatching(flags) && flags.ui !== 'json')
    return await leaveInBackground();
  const request: MakeRequest = {
    spec,
    stepping: new Stepping(flags),
    frontEnd: tell
      ? await backgroundFrontEnd(tell)
      : await frontEndFor(flags, () => pullFrontEnd(process.stderr)),
    faults: parseFaults(flags.inject),
    eventFiles: eventTargets(flags),
    recordSecrets: flags.recordSecrets ?? false,
    showOutput: flags.ui !== 'json',
    argv: process.argv.slice(2),
    detachKeys: parseDetachKeys(flags.detachKeys ?? DEFAULT_KEYS),
    mode,
    left: ({ config: { id } }) => (tell ? tell({ id }) : void process.stdout.write(`${id}\n`)),
  };
  return await make(request, mode === 'create' ? creation : pipeline);
}

async function backgroundFrontEnd(tell: (notice: Notice) => void): Promise<FrontEnd> {
  const [{ remoteFrontEnd }, { RemoteConsole }] = await Promise.all([
    import('../remote/front-end.ts'),
    import('../remote/console.ts'),
  ]);
  return remoteFrontEnd({
    console: new RemoteConsole(),
    paused: (id, pausedAt) => tell({ id, pausedAt }),
  });
}

/** Docker prints the ID alone, and scripts read it: where it waits is said beside. */
async function leaveInBackground(): Promise<number> {
  const notice = await startInBackground(process.argv.slice(2));
  if (typeof notice === 'number') return notice;
  const { id, pausedAt } = notice;
  process.stdout.write(`${id}\n`);
  if (pausedAt !== undefined) {
    const short = shortId(id);
    process.stderr.write(
      `tsstep: paused at ${pausedAt}; go on with: tsstep next ${short} (or step, continue, dump, diff)\n`,
    );
  }
  return 0;
}

function notATerminal(): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: 'the input device is not a terminal',
    why: '-t with -i connects your terminal to the container’s, and standard input is a file or a pipe',
    remedy: 'leave out -t: tsstep run -i …',
  });
}
