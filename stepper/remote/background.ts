/**
 * A run that pauses and does not have this terminal: the same command once more, in a process of its own. What it has to say
 * before it can be left alone arrives on a pipe, one JSON line: the container's ID, and where it waits.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ownCommand } from '../../core/host/program-files.ts';

/** Its number, in the environment of the process in the background. */
const VARIABLE = 'TSSTEP_BACKGROUND';
const NOTICES = 3;

export interface Notice {
  id: string;
  /** The stage or operation that it waits in front of; absent: it did not pause, and is made. */
  pausedAt?: string;
}

/** Whether this is the process in the background, and what it then tells the one that has started it. */
export function inBackground(): ((notice: Notice) => void) | undefined {
  if (process.env[VARIABLE] === undefined) return undefined;
  const pipe = createWriteStream('', { fd: NOTICES });
  pipe.on('error', () => undefined);
  let told = false;
  return (notice) => {
    if (!told) pipe.end(`${JSON.stringify(notice)}\n`);
    told = true;
  };
}

/** @returns what it said; its exit code when it has ended without a word: it failed, and has told why */
export async function startInBackground(argv: readonly string[]): Promise<Notice | number> {
  const [program = '', ...words] = [...ownCommand(), ...argv];
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, [VARIABLE]: '1' },
  });
  child.stderr?.pipe(process.stderr, { end: false });
  const notices = child.stdio[NOTICES] as Readable;
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 125));
  });
  for await (const line of createInterface({ input: notices })) {
    child.stderr?.unpipe();
    child.stderr?.destroy();
    child.unref();
    return JSON.parse(line) as Notice;
  }
  return await ended;
}
