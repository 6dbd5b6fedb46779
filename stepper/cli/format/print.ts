/** What commands print of anybody's text: as it is for a program that reads it, harmless for a person at a terminal. */
import { shownOn } from '../../printable.ts';
import { type Columns, formatRows } from './rows.ts';

type Output = Parameters<typeof shownOn>[0];

/** JSON escapes C0 alone, and a template's answer nothing. */
export const printText = (text: string): void =>
  void process.stdout.write(`${shownOn(process.stdout, text, { keep: '\n\t' })}\n`);

/** Values are made harmless and not the whole text: a newline in one adds no row, columns stay straight, and `format` is one's own. */
export function rowsShownOn<Row extends object>(
  output: Output,
  rows: readonly Row[],
  format: string | undefined,
  columns: Columns<Row>,
): string {
  if (!output.isTTY) return formatRows(rows, format, columns);
  // As JSON first: there a value stays what it is.
  if (format === 'json') return shownOn(output, formatRows(rows, format, columns), { keep: '\n' });
  return formatRows(
    rows.map((row) => harmless(output, row)),
    format,
    columns,
  );
}

function harmless<Row extends object>(output: Output, row: Row): Row {
  const shown = (value: unknown): unknown => {
    if (typeof value === 'string') return shownOn(output, value);
    // `{{.Label "name"}}`
    return typeof value === 'function' ? (...words: unknown[]) => shown(value(...words)) : value;
  };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)])) as Row;
}

/** @param before what comes first, in the same write @throws TsstepError usage for a template that asks for what there is not */
export function printRows<Row extends object>(
  rows: readonly Row[],
  format: string | undefined,
  columns: Columns<Row>,
  before = '',
): void {
  process.stdout.write(before + rowsShownOn(process.stdout, rows, format, columns));
}

/** `--quiet`: only what names each. */
export function printIds(rows: readonly { ID: string }[]): void {
  process.stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
}
