/** A terminal's window size without a system call of our own: this program goes without koffi, which takes megabytes. */
import { spawn } from 'node:child_process';
import type { WindowSize } from './frames.ts';

/**
 * Sets the size with stty(1), one after the other and in order: a person who drags a window's edge sends many. Whoever attaches
 * sends two on purpose, so that a program draws its screen anew; of more that wait, the last two count.
 */
export function resizer(master: number): (rows: number, columns: number) => void {
  let waiting: WindowSize[] = [];
  let running = false;
  const next = () => {
    const size = waiting.shift();
    running = size !== undefined;
    if (!size) return;
    const words = ['rows', String(size.rows), 'cols', String(size.columns)];
    const child = spawn('stty', words, { stdio: [master, 'ignore', 'ignore'] });
    let done = false;
    for (const event of ['error', 'exit'])
      child.once(event, () => {
        if (!done) next();
        done = true;
      });
  };
  return (rows, columns) => {
    waiting = [...waiting.slice(-1), { rows, columns }];
    if (!running) next();
  };
}
