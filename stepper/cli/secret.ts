/** Asking for what nobody may read over a shoulder. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** What somebody typed; undefined after Ctrl-C or Ctrl-D. `hidden`: without echo. Only for a terminal. */
export async function askAt(prompt: string, hidden: boolean): Promise<string | undefined> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({
    input: process.stdin,
    output: hidden ? silence : process.stdout,
    terminal: true,
    // What is typed here must not come up again with the arrow keys.
    historySize: 0,
  });
  // Not before: until now the terminal shows what is typed.
  if (hidden) process.stdout.write(prompt);
  try {
    return await new Promise((resolve) => {
      terminal.on('SIGINT', () => resolve(undefined));
      terminal.on('close', () => resolve(undefined));
      terminal.question(hidden ? '' : prompt, resolve);
    });
  } finally {
    terminal.close();
    if (hidden) process.stdout.write('\n');
  }
}
