/** `tsstep events`: what has happened, and what happens, until somebody interrupts it or `--until` has come. */
import { watch } from 'node:fs';
import { TsstepError } from '../../../core/errors.ts';
import { momentOf } from '../../../core/filters.ts';
import { LifecycleReader, type RecordedLifecycle } from '../../../core/store/lifecycle-reader.ts';
import { makeStateDirectory } from '../../../core/store/state-directory.ts';
import { timerDelay } from '../../../core/supervisor/timer-delay.ts';
import { shownOn } from '../../printable.ts';
import { openStateAsRoot } from '../state.ts';
import { render } from '../template/render.ts';
import { eventFilter } from './filters.ts';
import { eventFields, eventJson, eventLine } from './text.ts';

interface Flags {
  filter?: readonly string[];
  since?: string;
  until?: string;
  format?: string;
}

/** @throws TsstepError usage, not-root */
export async function events({ filter = [], since, until, format }: Flags): Promise<number> {
  const { root } = openStateAsRoot('events');
  const now = Date.now();
  const isWanted = eventFilter(filter);
  // Docker's rule: who names an end and no beginning sees all that is kept.
  const first = nanoseconds(momentFor('--since', since, now) ?? (until === undefined ? now : 0));
  const last = momentFor('--until', until, now);
  const end = last === undefined ? undefined : nanoseconds(last);
  const write = lineOf(format);
  makeStateDirectory(root);
  const reader = new LifecycleReader(root);
  const show = () => {
    const found = reader
      .read()
      .filter((event) => event.time >= first && (end === undefined || event.time <= end) && isWanted(event));
    for (const event of found) process.stdout.write(`${shownOn(process.stdout, write(event))}\n`);
  };
  show();
  if (last === undefined || last > now) await following(root, show, last);
  reader.close();
  return 0;
}

const nanoseconds = (milliseconds: number): bigint => BigInt(Math.round(milliseconds)) * 1_000_000n;

function momentFor(flag: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const moment = momentOf(text, now, true);
  if (!Number.isNaN(moment)) return moment;
  throw new TsstepError({
    code: 'usage',
    what: `${flag} ${JSON.stringify(text)}`,
    why: 'it is no time',
    remedy: `write ${flag} 10m, ${flag} 2026-01-31T12:00:00 or seconds since 1970`,
    exit: 1,
  });
}

function lineOf(format: string | undefined): (event: RecordedLifecycle) => string {
  if (format === undefined) return eventLine;
  if (format === 'json' || /^\{\{\s*json \.\s*\}\}$/.test(format)) return eventJson;
  return (event) => render(format, eventFields(event));
}

/** Looks whenever the directory changes, and now and then in any case: inotify(7) can be used up, and does not see other machines. */
async function following(root: string, show: () => void, until: number | undefined): Promise<void> {
  const timer = setInterval(show, 500);
  const watcher = watching(root, show);
  show();
  await new Promise<void>((resolve) => {
    const wait = (end: number): void => {
      const left = end - Date.now();
      if (left > 0) setTimeout(() => wait(end), timerDelay(left));
      else resolve();
    };
    if (until !== undefined) wait(until);
  });
  clearInterval(timer);
  watcher?.close();
  show();
}

function watching(root: string, show: () => void) {
  try {
    const watcher = watch(root, show);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
