/** Handing the end of a container, and what comes after it, to `tsstep supervise ID`. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { supervising } from './hand-over.ts';

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
