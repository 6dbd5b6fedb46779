/** `tsstep logs`: what a container has written, from the files alone, whoever keeps it or not. */

import { now } from '../../../core/clock.ts';
import { containerFiles } from '../../../core/paths.ts';
import { usageError } from '../../../core/spec/usage.ts';
import { findContainer, readContainer } from '../../../core/store/containers.ts';
import { type LogPosition, LogReader } from '../../../core/supervisor/log-reader.ts';
import { type LogRecord, logTime } from '../../../core/supervisor/log-record.ts';
import { isBefore, type Tail, tailOf } from '../../../core/supervisor/log-tail.ts';
import { showOutput } from '../../terminal/show-output.ts';
import { forEach, openStateAsRoot } from '../state.ts';
import { Changes } from './changes.ts';
import { momentOf, REFUSED } from './moment.ts';
import { LogPrinter, type LogShape } from './printer.ts';

export interface LogsFlags extends LogShape {
  follow?: boolean;
  tail: string;
  since?: string;
  until?: string;
}

/** @returns docker's exit code @throws TsstepError usage, not-root */
export async function logs(reference: string, flags: LogsFlags): Promise<number> {
  const { root } = openStateAsRoot('logs');
  const since = flags.since === undefined ? undefined : logTime(momentOf('--since', flags.since, now()));
  const until = flags.until === undefined ? undefined : logTime(momentOf('--until', flags.until, now()));
  const lines = linesOf(flags.tail);
  return await forEach([reference], async () => {
    const { id } = findContainer(root, reference).config;
    const files = containerFiles(root, id);
    const tail = lines === undefined ? undefined : tailOf(files.log, lines);
    const printer = new LogPrinter(flags, showOutput);
    const isWanted = filter({ since, until, tail });
    const reader = new LogReader(files.log, tail?.from);
    const changes = flags.follow ? new Changes(files.directory) : undefined;
    try {
      for (;;) {
        // Asked before reading: of what has ended, everything is in the files.
        const isLast = !changes || !runs(root, id) || (until !== undefined && logTime(now()) > until);
        for (const { record, at } of reader.records()) if (isWanted(record, at)) await printer.print(record);
        await printer.flush();
        // Nobody reads any more (`| head`).
        if (isLast || process.stdout.destroyed) return;
        await changes.next();
      }
    } finally {
      reader.close();
      changes?.close();
    }
  });
}

/** While somebody may still write. */
function runs(root: string, id: string): boolean {
  const status = readContainer(root, id)?.state.status;
  return status === 'running' || status === 'paused' || status === 'restarting';
}

/** `all`, and as with docker every negative number; undefined stands for it. @throws TsstepError usage */
function linesOf(text: string): number | undefined {
  if (text === 'all' || /^-\d+$/.test(text)) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError('--tail', text, 'it is no number of lines', 'like --tail 20, or --tail all', REFUSED);
}

interface Bounds {
  since: string | undefined;
  until: string | undefined;
  tail: Tail | undefined;
}

function filter({ since, until, tail }: Bounds): (record: LogRecord, at: LogPosition) => boolean {
  // A stream's first record of the last lines is met in reading order, so passing it once is enough.
  const waiting = new Map(Object.entries(tail?.begins ?? {}));
  return (record, at) => {
    const begin = waiting.get(record.stream);
    if (begin) {
      if (tail && isBefore(at, begin, tail.files)) return false;
      waiting.delete(record.stream);
    }
    if (since === undefined && until === undefined) return true;
    const { time } = record;
    return (since === undefined || time >= since) && (until === undefined || time <= until);
  };
}
