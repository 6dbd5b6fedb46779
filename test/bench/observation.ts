/** What looking at the kernel costs, by the recording's own word: it states the time of each look. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, EventOf } from '../../tracer/events.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { bytes, median, milliseconds, sum, table } from './table.ts';

type Ended = Extract<EventOf<'operation-ended'>, { ok: true }>;

export async function observation(sandbox: Sandbox): Promise<string> {
  const file = join(sandbox.directory, 'observed.jsonl');
  await sandbox.run([join(process.cwd(), 'bin/tsstep'), 'run', '--rm', '--events', file, 'lab', 'true']);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Event);
  const operations = events.filter((event): event is Ended => event.type === 'operation-ended' && event.ok);
  const sizes = (type: Event['type']): number[] =>
    lines.filter((_, index) => events[index]?.type === type).map((line) => Buffer.byteLength(line));
  const looks = operations.map(({ observed }) => observed);
  const keyframes = gaps(events);
  const works = operations.map(({ nanoseconds }) => nanoseconds);
  const row = (name: string, times: readonly number[], lengths: readonly number[]): string[] => [
    name,
    String(times.length),
    milliseconds(median(times)),
    milliseconds(Math.max(...times)),
    milliseconds(sum(times)),
    bytes(median(lengths)),
    bytes(sum(lengths)),
  ];
  return table(
    'Looking, in one observed run',
    ['', 'number', 'median', 'longest', 'all', 'median size', 'all'],
    [
      row('the operations themselves', works, sizes('operation-started')),
      row('looking after an operation', looks, sizes('operation-ended')),
      row('looking at everything (keyframes)', keyframes, sizes('snapshot')),
    ],
  );
}

/** Between a keyframe and the event before it nothing but the reading happens. */
function gaps(events: readonly Event[]): number[] {
  return events.flatMap((event, index) => {
    const before = events[index - 1];
    return event.type === 'snapshot' && before ? [Number(BigInt(event.time) - BigInt(before.time))] : [];
  });
}
