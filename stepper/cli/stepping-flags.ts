import { constants } from 'node:os';
import type { Command } from 'commander';
import { TsstepError } from '../../core/errors.ts';
import { stageNames } from '../../core/stage.ts';
import type { SteppingFlags } from '../stepping.ts';

/** How events can be shown; `auto` is the prompt where some flag asks to watch, and nothing otherwise. */
export const uiKinds = ['auto', 'plain', 'json', 'quiet'] as const;

/** How a run is watched: what docker has no flags for. */
export interface WatchFlags extends SteppingFlags {
  inject?: readonly string[];
  events?: string;
  eventsFd?: string;
  recordSecrets?: boolean;
  ui: (typeof uiKinds)[number];
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export function addWatchFlags(command: Command): Command {
  return command
    .optionsGroup('Watching it happen:')
    .option('--pause-each', 'pause before every stage')
    .option('--step', 'pause before every operation')
    .option('--break <stage[:op]>', 'pause there (repeatable)', collect)
    .option('--until <stage>', 'run through this stage, then pause')
    .option(
      '--inject <stage:op=errno>',
      'let this operation fail, without asking the kernel (repeatable)',
      collect,
    )
    .option('--ui <kind>', 'auto, plain, json (events on stdout) or quiet', 'auto')
    .option('--events <file>', 'record every event as JSON lines')
    .option('--events-fd <n>', 'the same to an open file descriptor')
    .option('--record-secrets', 'keep the values of -e in the recording');
}

function bad(flag: string, value: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'usage', what: `${flag}: "${value}" cannot be used`, why, remedy });
}

/** `volumes:proc=EPERM` as operation and errno. @throws TsstepError usage */
export function parseFaults(faults: readonly string[] = []): Map<string, string> {
  return new Map(
    faults.map((fault) => {
      const match = /^(\w+):([^=]+)=(E[A-Z0-9]+)$/.exec(fault);
      const [, stage, operation, errno] = match ?? [];
      if (operation && errno && errno in constants.errno && stageNames.some((name) => name === stage))
        return [`${stage}:${operation}`, errno] as const;
      throw bad(
        '--inject',
        fault,
        'it is not STAGE:OPERATION=ERRNO with an errno that exists',
        '--inject volumes:proc=EPERM; `tsstep plan run …` lists stages and operations',
      );
    }),
  );
}

/** Where the event stream goes besides the front end. @throws TsstepError usage */
export function eventTargets({ events, eventsFd }: WatchFlags): (string | number)[] {
  if (eventsFd !== undefined && !/^\d+$/.test(eventsFd)) {
    throw bad(
      '--events-fd',
      eventsFd,
      'it is not the number of a descriptor',
      '--events-fd 3 3>events.jsonl',
    );
  }
  return [...(events === undefined ? [] : [events]), ...(eventsFd === undefined ? [] : [Number(eventsFd)])];
}
