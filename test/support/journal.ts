/** Following the journal that every run writes, watched or not. */
import { closeSync, existsSync, openSync, readdirSync, readSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../tracer/events.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * Calls `each` with every event of the run that starts next in the sandbox, as soon as the kernel says that it was written.
 * @returns stops following
 */
export function followNextJournal(sandbox: Sandbox, each: (event: Event) => void): () => void {
  const directory = join(sandbox.root, 'runs');
  const before = existsSync(directory) ? readdirSync(directory) : [];
  let fd: number | undefined;
  let pending = '';
  const chunk = Buffer.alloc(1 << 20);
  const watcher = watch(directory, (_, name) => {
    if (name === null || before.includes(name)) return;
    if (fd === undefined && !existsSync(join(directory, name))) return;
    fd ??= openSync(join(directory, name), 'r');
    for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk)) {
      const lines = (pending + chunk.toString('utf8', 0, length)).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) each(JSON.parse(line) as Event);
    }
  });
  return () => {
    watcher.close();
    if (fd !== undefined) closeSync(fd);
  };
}
