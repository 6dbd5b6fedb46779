/** Handing the end of a container, and what comes after it, to `tsstep supervise ID`. */
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Exit } from '../../core/machine.ts';
import { containerFiles } from '../../core/paths.ts';
import { supervising } from './hand-over.ts';

/** In place of a supervisor that has seen the end. */
export function writeExit(root: string, id: string, exit: Exit): void {
  const { exit: path } = containerFiles(root, id);
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...exit, at: new Date().toISOString() }));
  renameSync(`${path}.${process.pid}`, path);
}

/** A byte on this descriptor says that it has taken over (core/supervisor/main.ts). */
export const TAKEN_OVER = 3;

/** Resolves when it has taken over. */
export async function startSupervising(root: string, id: string): Promise<void> {
  const [program = '', ...words] = supervising(id);
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, TSSTEP_ROOT: root },
  });
  const taken = child.stdio[TAKEN_OVER] as Readable;
  await new Promise((resolve) => {
    taken.once('data', resolve);
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  child.unref();
  taken.destroy();
}
