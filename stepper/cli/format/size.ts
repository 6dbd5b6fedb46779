const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes as docker shows them: powers of 1000, three digits in lists and four in sums. `1.2MB`, `905kB`, `0B`. */
export function humanSize(bytes: number, digits: 3 | 4 = 3): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 - 0.5 / 10 ** (digits - 3) && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(digits))}${units[unit]}`;
}

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes of memory as docker shows them: powers of 1024, four digits. `564KiB`, `7.751GiB`. */
export function binarySize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < binaryUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number(size.toPrecision(4))}${binaryUnits[unit]}`;
}
