/** One operation as lines: what it will be called, and what came of it. */
import type { Known } from '../../core/known.ts';
import type { Failure, Json, Operation } from '../../core/operation.ts';
import { describeChanges } from '../../tracer/describe/change.ts';
import { shell } from '../../tracer/describe/shell.ts';
import { strace } from '../../tracer/describe/strace.ts';
import { straceResult } from '../../tracer/describe/strace-result.ts';
import type { Change } from '../../tracer/diff.ts';
import { abbreviate } from './abbreviate.ts';
import { cut, type Style, wrap } from './style.ts';

export interface Look {
  style: Style;
  known: Known | undefined;
}

/** Long enough to show what changed, short enough for a screen. */
const CHANGES_SHOWN = 12;
const SHELL_LINES_SHOWN = 6;

type Result = ({ ok: true; value: Json } | { ok: false; failure: Failure }) & { nanoseconds: number };

const oneLine = (text: string): string => text.replaceAll('\n', ' ');

/** `  name   call(…)`, cut to the terminal's width. */
export function stepLine({ style, known }: Look, operation: Operation, nameWidth: number): string {
  const name = operation.name.padEnd(nameWidth);
  return `  ${style.strong(name)} ${style.dim(cut(oneLine(abbreviate(strace(operation), known)), style.width - nameWidth - 3))}`;
}

function shellLines({ style, known }: Look, operation: Operation): string[] {
  const lines = shell(operation).flatMap((line) => abbreviate(line, known).split('\n'));
  const shown = lines
    .slice(0, SHELL_LINES_SHOWN)
    .map((line, index) => cut(`    ${index === 0 ? '$' : ' '} ${line}`, style.width));
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [`      … ${rest} more lines`] : [])].map(style.dim);
}

export function changeLines(
  { style, known }: Look,
  changes: readonly Change[],
  limit = CHANGES_SHOWN,
): string[] {
  const paint = { '+': style.good, '-': style.bad, '~': style.changed } as const;
  const width = style.width - 4;
  const lines = describeChanges(changes, { width, limit, abbreviate: (text) => abbreviate(text, known) });
  return lines.map((line) => (paint[line[0] as '+' | '-' | '~'] ?? style.dim)(`    ${line}`));
}

/** What was called and what it returned, the shell's way of doing it, and what is different now. */
export function performedLines(
  look: Look,
  operation: Operation,
  result: Result,
  changes: readonly Change[],
): string[] {
  const { style, known } = look;
  const mark = !result.ok ? style.bad('✗') : refused(result.value) ? style.changed('!') : style.good('✓');
  const call = oneLine(abbreviate(strace(operation), known));
  const outcome = straceResult(result);
  const name = `${mark} ${style.strong(operation.name)}  `;
  const room = style.width - operation.name.length - 4 - outcome.length;
  return [
    `${name}${cut(call, Math.max(room, 8))}${style.dim(outcome)}`,
    ...shellLines(look, operation),
    ...changeLines(look, changes),
  ];
}

/** An endpoint of a registry that could not be used: the run goes on with the next. */
const refused = (value: Json): boolean => typeof value === 'object' && value !== null && 'failed' in value;

export function whyLines({ style }: Look, why: string): string[] {
  return wrap(why, style.width, '    ');
}
