/** Docker's tables: a column is at least ten wide, three blanks lie between two, the last one is as long as it is. */
const LEAST = 10;
const BETWEEN = 3;

const lengthOf = (text: string): number => [...text].length;

/** Lines, each with its newline; the headings come even where no row does, as with docker. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  least = LEAST,
): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(least, ...all.map((cells) => lengthOf(cells[column] ?? '') + BETWEEN)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)),
      )
      .join('');
  return all.map((cells) => `${line(cells)}\n`).join('');
}
