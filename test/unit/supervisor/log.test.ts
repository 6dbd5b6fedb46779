import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContainerLog } from '../../../core/supervisor/log.ts';
import { LogReader } from '../../../core/supervisor/log-reader.ts';
import { LogRecord, logTime } from '../../../core/supervisor/log-record.ts';
import { isBefore, tailOf } from '../../../core/supervisor/log-tail.ts';
import { temporaryRoot } from '../image/tars.ts';

type Chunk = readonly ['stdout' | 'stderr', Buffer];

const newLog = (
  logging: { maxSize?: number; maxFile: number } = { maxFile: 1 },
  path = join(temporaryRoot(), 'log'),
) => {
  const said: string[] = [];
  return { path, said, log: new ContainerLog(path, { logging, say: (line) => said.push(line) }) };
};

const written = (chunks: readonly Chunk[], logging?: { maxSize?: number; maxFile: number }): string => {
  const { path, log } = newLog(logging);
  for (const [stream, chunk] of chunks) log.write(stream, chunk);
  log.close();
  return path;
};

const textOf = (records: Iterable<{ record: LogRecord }>, stream?: string): Buffer =>
  Buffer.concat(
    [...records]
      .filter(({ record }) => stream === undefined || record.stream === stream)
      .flatMap(({ record }) => [record.content, Buffer.from(record.partial ? '' : '\n')]),
  );

/** As `logs --tail` reads them. */
function tailText(path: string, count: number): string {
  const tail = tailOf(path, count);
  const records = [...new LogReader(path, tail?.from).records()].filter(({ record, at }) => {
    const begin = tail?.begins[record.stream];
    return !tail || !begin || !isBefore(at, begin, tail.files);
  });
  return textOf(records).toString('latin1');
}

const chunk = fc.tuple(
  fc.constantFrom('stdout' as const, 'stderr' as const),
  fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.constant(Buffer.from('\n')),
        fc.constant(Buffer.alloc(20_000, 'x')),
      ),
    )
    .map((pieces) => Buffer.concat(pieces)),
);

describe('a container’s log', () => {
  it('is in the CRI format: a line each, a part where no newline came, no byte changed', () => {
    const path = written([
      ['stdout', Buffer.from('one\n\ntw')],
      ['stderr', Buffer.from([0xff, 0x00, 0x1b, 0x0a])],
      ['stdout', Buffer.from('o\r\n')],
    ]);
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /gm;
    const log = readFileSync(path, 'latin1');
    expect(log.match(time)).toHaveLength(5);
    expect(log.replaceAll(time, '')).toBe(
      'stdout F one\nstdout F \nstdout P tw\nstderr F \xff\0\x1b\nstdout F o\r\n',
    );
  });

  it('cuts lines longer than 16 KiB into parts, and not one of 16 KiB', () => {
    const path = written([['stdout', Buffer.from(`${'a'.repeat(16_384)}\n${'b'.repeat(16_385)}\n`)]]);
    const lengths = [...new LogReader(path).records()].map(({ record }) => [
      record.content.length,
      record.partial,
    ]);
    expect(lengths).toEqual([
      [16_384, false],
      [16_384, true],
      [1, false],
    ]);
  });

  it('gives back the bytes of each stream in their order, for any chunks and through rotations', () => {
    fc.assert(
      fc.property(
        fc.array(chunk),
        fc.option(fc.integer({ min: 2000, max: 50_000 }), { nil: undefined }),
        (chunks, maxSize) => {
          const path = written(chunks, { maxFile: 1000, ...(maxSize && { maxSize }) });
          for (const stream of ['stdout', 'stderr']) {
            const bytes = chunks.filter(([name]) => name === stream).map(([, each]) => each);
            expect(textOf(new LogReader(path).records(), stream).equals(Buffer.concat(bytes))).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps maxFile files of at most maxSize bytes under a flood, the newest lines in them', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join('');
    const path = written([['stdout', Buffer.from(lines)]], { maxSize: 2000, maxFile: 3 });
    for (const each of [path, `${path}.1`, `${path}.2`])
      expect(statSync(each).size).toBeLessThanOrEqual(2000);
    expect(existsSync(`${path}.3`)).toBe(false);
    const kept = textOf(new LogReader(path).records()).toString();
    expect(lines.endsWith(kept)).toBe(true);
    expect(kept.split('\n').length).toBeGreaterThan(80);
    const single = written([['stdout', Buffer.from(lines)]], { maxSize: 2000, maxFile: 1 });
    expect(textOf(new LogReader(single).records()).toString().endsWith('line 4999\n')).toBe(true);
    expect(existsSync(`${single}.1`)).toBe(false);
  });

  it('is read on by who follows it, also when it is rotated several times in between', () => {
    const { path, log } = newLog({ maxSize: 300, maxFile: 20 });
    const reader = new LogReader(path);
    const seen: Buffer[] = [];
    let all = '';
    for (let round = 0; round < 8; round++) {
      const text = Array.from({ length: round * 4 }, (_, i) => `round ${round} line ${i}\n`).join('');
      all += text;
      log.write('stdout', Buffer.from(text));
      seen.push(textOf(reader.records()));
    }
    expect(Buffer.concat(seen).toString()).toBe(all);
  });

  it('goes on after what a power cut left, and readers pass over that', () => {
    const { path, log } = newLog();
    log.write('stdout', Buffer.from('before\n'));
    log.close();
    writeFileSync(path, '2026-01-02T03:0', { flag: 'a' });
    const again = newLog(undefined, path).log;
    again.write('stdout', Buffer.from('after\n'));
    expect(textOf(new LogReader(path).records()).toString()).toBe('before\nafter\n');
  });

  it('says once that the disk is full, and drops what comes', () => {
    const { log, said } = newLog(undefined, '/dev/full');
    for (let i = 0; i < 3; i++) log.write('stdout', Buffer.from('x\n'));
    expect(said).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('has times in nanoseconds', () =>
    expect(logTime(1_475_712_429_669_794_202n)).toBe('2016-10-06T00:07:09.669794202Z'));
});

describe('the tail of a log', () => {
  it.each([
    [0, ''],
    [1, 'five'],
    [2, 'four\nfive'],
    [4, 'two\nthree\nfour\nfive'],
    [9, 'one\ntwo\nthree\nfour\nfive'],
  ])('has %d lines of both streams, one without a newline too', (count, text) => {
    const path = written(
      [
        ['stdout', Buffer.from('one\ntwo\n')],
        ['stderr', Buffer.from('three\n')],
        ['stdout', Buffer.from('fo')],
        ['stdout', Buffer.from('ur\nfive')],
      ],
      { maxSize: 100, maxFile: 9 },
    );
    expect(tailText(path, count)).toBe(text);
  });

  it('has all parts of a long line, and nothing older of the other stream that lies between them', () => {
    const path = written([
      ['stdout', Buffer.from('old\nbegin ')],
      ['stderr', Buffer.from('between\n')],
      ['stderr', Buffer.from('last but one\n')],
      ['stdout', Buffer.from('end\n')],
    ]);
    expect(tailText(path, 2)).toBe('begin last but one\nend\n');
  });
});

describe('a record', () => {
  it.each(['', 'x', '2016-10-06T00:17:09.669794202Z stdin F x', '2016-10-06T00:17:09.669794202Z stdout X x'])(
    'is not %j',
    (line) => expect(LogRecord.parse(Buffer.from(line))).toBeUndefined(),
  );
});
