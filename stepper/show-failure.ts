import type { Failure } from '../core/operation.ts';
import { wrap } from './plain/style.ts';
import { printable } from './printable.ts';
import type { UndoProblem } from './session/session.ts';

/** Columns of the terminal; a pipe or a file gets whole lines. */
const width = (): number =>
  process.stderr.isTTY ? Math.max(40, process.stderr.columns ?? 80) : Number.POSITIVE_INFINITY;

// A registry or a container may have had a say in it.
const lines = (text: string, columns: number): string[] => wrap(printable(text, { keep: '\n\t' }), columns);

const labelled = (label: string, text: string): string[] =>
  lines(text, width() - 10).map((line, index) => `  ${(index === 0 ? label : '').padEnd(8)}${line}`);

/** An error as a person reads it: what failed, in which `stage:operation`, why here, what to do. */
export function failureText({ what, why, remedy }: Failure, at?: string): string {
  const parts = [
    ...(at === undefined ? [] : labelled('at:', at)),
    ...labelled('why:', why),
    ...labelled('remedy:', remedy),
  ];
  return [...lines(`tsstep: ${what}`, width()), ...parts, ''].join('\n');
}

export function showFailure(failure: Failure, at?: string): void {
  process.stderr.write(failureText(failure, at));
}

export function showProblems(problems: readonly UndoProblem[]): void {
  for (const { at, failure } of problems) {
    const what = `could not take back ${at}: ${failure.what}`;
    process.stderr.write(failureText({ ...failure, what, remedy: 'tsstep clean' }));
  }
}
