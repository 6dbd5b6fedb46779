/** Docker's file of `NAME=value` lines, for --env-file and --label-file: no quoting, no expansion, `#` starts a comment line. */
import { readFileSync } from 'node:fs';
import { usageError } from './usage.ts';

type Pair = readonly [name: string, value: string];

/** Errors: an unreadable file, and each bad line as `file:line`. */
export function readPairs(flag: string, path: string, lookup: (name: string) => string | undefined): Pair[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw usageError(flag, path, `the file cannot be read (${code})`, `check the path: ls -l ${path}`);
  }
  return parsePairs(flag, path, bytes, lookup);
}

/** `lookup` speaks for a name without `=`; where it has no value the line is left out. */
export function parsePairs(
  flag: string,
  path: string,
  bytes: Uint8Array,
  lookup: (name: string) => string | undefined,
): Pair[] {
  const lines = splitLines(bytes);
  const pairs: Pair[] = [];
  for (const [i, raw] of lines.entries()) {
    const fail = (why: string) =>
      usageError(
        flag,
        `${path}:${i + 1}`,
        why,
        'write one NAME=value a line, comments on lines of their own',
      );
    const text = decode(raw);
    if (text === undefined) throw fail('the line is not UTF-8');
    const line = text.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = equals < 0 ? line : line.slice(0, equals);
    if (name === '') throw fail('there is no name before the =');
    if (/[ \t]/.test(name)) throw fail(`the name ${JSON.stringify(name)} contains white space`);
    const value = equals < 0 ? lookup(name) : line.slice(equals + 1);
    if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(start, end > start && bytes[end - 1] === 13 ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}

function decode(line: Uint8Array): string | undefined {
  try {
    // Drops a byte order mark, which editors on Windows put in front.
    return new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    return undefined;
  }
}
