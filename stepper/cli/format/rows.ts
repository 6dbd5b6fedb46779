/** Docker's `--format` for a list: a table, one with chosen columns (`table {{.ID}}\t{{.Size}}`), `json`, or a template. */
import { table } from './table.ts';
import { render } from './template.ts';

export interface Columns<Row> {
  /** The heading that each field has. */
  headings: Readonly<Record<keyof Row & string, string>>;
  /** Fields of the usual table, in order. */
  shown: readonly (keyof Row & string)[];
}

/** Lines, each with its newline. @throws TsstepError usage for a template that asks for what there is not */
export function formatRows<Row extends object>(
  rows: readonly Row[],
  format: string | undefined,
  { headings, shown }: Columns<Row>,
): string {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (format === undefined || format === 'table') {
    return table(
      shown.map((field) => headings[field]),
      rows.map((row) => shown.map((field) => String(row[field]))),
    );
  }
  const chosen = /^table\s+(.*)$/s.exec(format)?.[1];
  if (chosen === undefined) return rows.map((row) => `${render(format, row)}\n`).join('');
  const [head = [], ...cells] = [headings, ...rows].map((row) => render(chosen, row).split('\t'));
  return table(head, cells);
}
