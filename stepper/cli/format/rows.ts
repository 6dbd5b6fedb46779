/** Docker's `--format` for a list: a table, one with chosen columns (`table {{.ID}}\t{{.Size}}`), `json`, or a template. */

import { render, unescaped } from '../template/render.ts';
import { table } from './table.ts';

export interface Columns<Row> {
  /** The heading that each field has. */
  headings: Readonly<Partial<Record<keyof Row & string, string>>>;
  /** Fields of the usual table, in order. */
  shown: readonly (keyof Row & string)[];
}

/** A label's heading is the last part of its name. */
const labelHeading = (label: string): string => (label.split('.').at(-1) ?? '').replace(/[-_]/g, ' ');

const itself = (value: unknown): unknown => value;
const asHeadings = Object.fromEntries(
  ['json', 'join', 'split', 'lower', 'upper', 'title', 'pad', 'truncate'].map((name) => [name, itself]),
);

/** Lines, each with its newline. @throws TsstepError usage for a template that asks for what there is not */
export function formatRows<Row extends object>(
  rows: readonly Row[],
  format: string | undefined,
  { headings, shown }: Columns<Row>,
): string {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (format === undefined || format === 'table') {
    return table(
      shown.map((field) => headings[field] ?? field),
      rows.map((row) => shown.map((field) => String(row[field]))),
    );
  }
  const template = unescaped(format);
  const chosen = /^table(.*)$/s.exec(template)?.[1];
  if (chosen === undefined) return rows.map((row) => `${render(template, row)}\n`).join('');
  // A heading is text like any other, and what a template would do to a value must not change it.
  const head = render(chosen.trim(), { Label: labelHeading, ...headings }, asHeadings).split('\t');
  const cells = rows.map((row) => render(chosen.trim(), row).split('\t'));
  return table(head, cells);
}
