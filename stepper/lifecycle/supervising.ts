/** Handing the end of a container, and what comes after it, to `tsstep supervise ID`. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { failureOf, TsstepError } from '../../core/errors.ts';
import type { Exit } from '../../core/machine.ts';
import { containerFiles } from '../../core/paths.ts';
import { writeExit } from '../../core/supervisor/exit-status.ts';
import { showFailure } from '../show-failure.ts';
import { supervising } from './hand-over.ts';

/** A byte on this descriptor says that it has taken over (core/supervisor/main.ts). */
export const TAKEN_OVER = 3;

/**
 * Resolves when it has taken over. @param words of the command that does
 * @throws TsstepError internal: it has not, so the container is this process's still
 */
export async function startSupervising(root: string, id: string, words = supervising(id)): Promise<void> {
  const { supervisorLog } = containerFiles(root, id);
  const [program = '', ...rest] = words;
  const log = openSync(supervisorLog, 'a', 0o600);
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
    env: { ...process.env, TSSTEP_ROOT: root },
  });
  closeSync(log);
  const taken = child.stdio[TAKEN_OVER] as Readable;
  // The end of the pipe without a byte, not the process's: nobody is left who could write one.
  const why = await new Promise<string | undefined>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    taken.once('data', () => resolve(undefined));
    taken.once('close', () => resolve('it ended before it had the container'));
  });
  child.unref();
  taken.destroy();
  if (why === undefined) return;
  throw new TsstepError({
    code: 'internal',
    what: 'the container is not started again: `tsstep supervise` has not taken over',
    why,
    remedy: `${supervisorLog} has what it said; tsstep start starts it`,
  });
}

/** @returns whether somebody else goes on with it from here; where not, it has been said why */
export async function handOn(root: string, id: string, exit: Exit): Promise<boolean> {
  writeExit(containerFiles(root, id).exit, { ...exit, at: new Date().toISOString() });
  try {
    await startSupervising(root, id);
    return true;
  } catch (error) {
    showFailure(failureOf(error));
    rmSync(containerFiles(root, id).exit, { force: true });
    return false;
  }
}
