const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes as docker shows them: powers of 1000, three digits. `1.2MB`, `905kB`, `0B`. */
export function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(3))}${units[unit]}`;
}
