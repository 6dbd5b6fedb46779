export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** @param nanoseconds `0.42 ms`, `317 ms` */
export function milliseconds(nanoseconds: number): string {
  const value = nanoseconds / 1e6;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

export function bytes(value: number): string {
  return value < 10_000 ? `${value.toFixed(0)} B` : `${(value / 1024).toFixed(0)} KiB`;
}

export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [`### ${title}`, '', line(head), line(rule), ...rows.map(line)].join('\n');
}
