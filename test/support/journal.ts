/** Following the journal that every run writes, watched or not. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../tracer/events.ts';
import type { Sandbox } from './sandbox.ts';

/** Calls `then` as soon as the run that starts next in the sandbox has written an event that matches, and follows no further. */
export function onNextJournal(sandbox: Sandbox, match: (event: Event) => boolean, then: () => void): void {
  const directory = join(sandbox.root, 'runs');
  const before = readdirSync(directory);
  const chunk = Buffer.alloc(1 << 20);
  let fd: number | undefined;
  let pending = '';
  const newLines = function* (from: number): Generator<string> {
    for (let length = readSync(from, chunk); length > 0; length = readSync(from, chunk)) {
      const lines = (pending + chunk.toString('utf8', 0, length)).split('\n');
      pending = lines.pop() ?? '';
      yield* lines;
    }
  };
  const watcher = watch(directory, (_, name) => {
    if (name === null || before.includes(name) || !existsSync(join(directory, name))) return;
    fd ??= openSync(join(directory, name), 'r');
    for (const line of newLines(fd)) {
      if (!match(JSON.parse(line) as Event)) continue;
      then();
      watcher.close();
      return closeSync(fd);
    }
  });
}

const ran = /"type":"operation-ended","ok":true.*"name":"execve"/;

/** Whether the container of the last run had come to life. Names of journals begin with the time. */
export function lastRunStarted({ root }: Sandbox): boolean {
  const last = readdirSync(join(root, 'runs')).sort().at(-1);
  return last !== undefined && ran.test(readFileSync(join(root, 'runs', last), 'utf8'));
}
