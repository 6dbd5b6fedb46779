import { describe, expect, it } from 'vitest';
import { goTime, humanDuration } from '../../../stepper/cli/format/duration.ts';
import { portsText } from '../../../stepper/cli/format/ports.ts';
import { rowsShownOn } from '../../../stepper/cli/format/print.ts';
import { type Columns, formatRows } from '../../../stepper/cli/format/rows.ts';
import { humanSize } from '../../../stepper/cli/format/size.ts';
import { table } from '../../../stepper/cli/format/table.ts';
import { commandLine, ellipsis, quoted, shortId } from '../../../stepper/cli/format/text.ts';
import { printable, shownOn } from '../../../stepper/printable.ts';
import { failureText } from '../../../stepper/show-failure.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('a time span is in docker’s words', () => {
  it.each([
    [0, 'Less than a second'],
    [999, 'Less than a second'],
    [1500, '1 second'],
    [5 * second, '5 seconds'],
    [59 * second, '59 seconds'],
    [minute, 'About a minute'],
    [2 * minute - 1, 'About a minute'],
    [2 * minute, '2 minutes'],
    [59 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [89 * minute, 'About an hour'],
    [90 * minute, '2 hours'],
    [47 * hour, '47 hours'],
    [2 * day, '2 days'],
    [13 * day, '13 days'],
    [14 * day, '2 weeks'],
    [60 * day, '2 months'],
    [729 * day, '24 months'],
    [730 * day, '2 years'],
  ])('%d ms is "%s"', (milliseconds, words) => {
    expect(humanDuration(milliseconds)).toBe(words);
  });

  it('and a moment is as Go prints it', () => {
    expect(goTime('2026-11-23T22:31:10.678Z')).toBe('2026-11-23 22:31:10 +0000 UTC');
  });
});

describe('a size has three digits and powers of 1000', () => {
  it.each([
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [1_060_000, '1.06MB'],
    [999_900, '1MB'],
    [187_400_000, '187MB'],
    [2_500_000_000, '2.5GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });

  it.each([
    [0, '0B'],
    [1_988_023, '1.988MB'],
    [999_940, '999.9kB'],
    [999_960, '1MB'],
  ])('%d bytes are %s in a sum', (bytes, text) => {
    expect(humanSize(bytes, 4)).toBe(text);
  });
});

describe('--format of a list', () => {
  const columns: Columns<{ ID: string; Tag: string }> = {
    headings: { ID: 'IMAGE ID', Tag: 'TAG' },
    shown: ['Tag', 'ID'],
  };
  const Label = (name: string) => ({ 'com.example.made-by': 'tsstep' })[name] ?? '';
  const rows = [{ ID: '1', Tag: 'a', Label }];

  it.each([
    [undefined, 'TAG       IMAGE ID\na         1\n'],
    ['table', 'TAG       IMAGE ID\na         1\n'],
    ['table {{.ID}}\\t{{.Tag}}', 'IMAGE ID   TAG\n1          a\n'],
    ['table {{lower .ID}}: {{.Label "com.example.made-by"}}', 'IMAGE ID: made by\n1: tsstep\n'],
    ['{{.Tag}}!', 'a!\n'],
    ['{{.Tag}}\\t{{.Label "none"}}.', 'a\t.\n'],
    ['json', '{"ID":"1","Tag":"a"}\n'],
  ])('%s', (format, text) => {
    expect(formatRows(rows, format, columns)).toBe(text);
  });
});

describe('a list of anybody’s texts', () => {
  const order = '\u001b[2J\u009b1m';
  const columns: Columns<{ Labels: string }> = { headings: { Labels: 'LABELS' }, shown: ['Labels'] };
  const rows = [{ Labels: `a=${order}\n\tb`, Label: () => order }];
  const tty = { isTTY: true };
  const harmless = 'a=\\x1b[2J\\x9b1m\\x0a\\x09b';

  it.each([
    [undefined, `LABELS\n${harmless}\n`],
    ['{{.Labels}}', `${harmless}\n`],
    ['table {{.Labels}}', `LABELS\n${harmless}\n`],
    ['{{.Label "x"}}', '\\x1b[2J\\x9b1m\n'],
    ['\u001b[1m{{len .Labels}}\\n', `\u001b[1m${harmless.length}\n\n`],
    ['json', '{"Labels":"a=\\u001b[2J\\x9b1m\\n\\tb"}\n'],
  ])('gives a terminal no orders with the format %s, but those of the format itself', (format, text) => {
    expect(rowsShownOn(tty, rows, format, columns)).toBe(text);
  });

  it('is for a program what it is', () => {
    expect(rowsShownOn({}, rows, '{{.Labels}}', columns)).toBe(`a=${order}\n\tb\n`);
  });
});

describe('a table', () => {
  it('has columns at least ten wide, three blanks between them, and none at the end of a line', () => {
    const lines = table(['ID', 'COMMAND', 'NAMES'], [['0123456789ab', '"é…"', 'one']]).split('\n');
    expect(lines).toEqual(['ID             COMMAND   NAMES', '0123456789ab   "é…"      one', '']);
  });

  it('of nothing is its headings', () => {
    expect(table(['A', 'B'], [])).toBe('A         B\n');
  });
});

describe('an ID', () => {
  it('is cut to twelve digits, without the algorithm', () => {
    expect(shortId(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('0123456789ab');
  });
});

describe('a command', () => {
  it('is quoted, and words with blanks in it are too', () => {
    expect(commandLine(['sh', '-c', 'exit 3'], true)).toBe(`"sh -c 'exit 3'"`);
  });

  it('is cut to twenty characters, the last one an ellipsis', () => {
    expect(commandLine(['sleep', '1234567890', '1234567890'], true)).toBe('"sleep 1234567890 12…"');
    expect(commandLine(['sleep', '1234567890', '1234567890'], false)).toBe('"sleep 1234567890 1234567890"');
    expect(ellipsis('12345678901234567890', 20)).toBe('12345678901234567890');
  });

  it('cannot give orders to the terminal', () => {
    expect(quoted('\u001b[31m"\n\u009b')).toBe('"\\x1b[31m\\"\\n\\x9b"');
  });
});

describe('anybody’s text', () => {
  const order = '\u001b]0;mine\u0007';

  it.each([
    [order, '\\x1b]0;mine\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['gpj.\u202eexe', 'gpj.\\u202eexe'],
    ['a\nb', 'a\\x0ab'],
    ['Grüße 🐳', 'Grüße 🐳'],
  ])('%j is shown as %s', (text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(shownOn({ isTTY: true }, text)).toBe(shown);
    expect(shownOn({}, text)).toBe(text);
  });

  it('in an error gives no orders, and keeps its words apart', () => {
    const failure = {
      code: 'bad-image',
      what: `a${order}`,
      why: `b\n\tc${order}`,
      remedy: order,
      exit: 1,
    } as const;
    const text = failureText(failure, order);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).toContain('why:    b c\\x1b]0;mine');
  });
});

describe('ports', () => {
  it.each([
    [[], ''],
    [[{ port: 80, protocol: 'tcp' }], '80/tcp'],
    [[{ port: 80, protocol: 'tcp', ip: '0.0.0.0', hostPort: 8080 }], '0.0.0.0:8080->80/tcp'],
    [
      [
        { port: 443, protocol: 'tcp' },
        { port: 80, protocol: 'tcp', ip: '127.0.0.1', hostPort: 8080 },
      ],
      '443/tcp, 127.0.0.1:8080->80/tcp',
    ],
    [[8002, 8000, 8001].map((port) => ({ port, protocol: 'tcp' })), '8000-8002/tcp'],
    [
      [8000, 8001].map((port) => ({ port, protocol: 'udp', ip: '0.0.0.0', hostPort: port })),
      '0.0.0.0:8000-8001->8000-8001/udp',
    ],
    [
      [80, 81].map((port) => ({ port, protocol: 'tcp', ip: '0.0.0.0', hostPort: port + 8000 })),
      '0.0.0.0:8080->80/tcp, 0.0.0.0:8081->81/tcp',
    ],
  ])('%j are shown as "%s"', (ports, text) => {
    expect(portsText(ports)).toBe(text);
  });
});
