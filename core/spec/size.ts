/** Sizes as docker writes them: `512`, `64m`, `1.5g`, `64MiB`. Units are powers of 1024 whatever their spelling. */
import { usageError } from './usage.ts';

const powers = ['b', 'k', 'm', 'g', 't', 'p'] as const;

/** Bytes, cut to a whole number as docker does. */
export function parseSize(flag: string, text: string, example = `${flag} 64m`): number {
  const remedy = `write bytes, or a number and one of b, k, m, g: ${example}`;
  const parts = /^(\d+(?:\.\d*)?|\.\d+) ?(.*)$/.exec(text);
  if (!parts) {
    const why = text.startsWith('-') ? 'a size cannot be negative' : 'a size starts with a number';
    throw usageError(flag, text, why, remedy);
  }
  const [, number = '', suffix = ''] = parts;
  const unit = /^(?:([kmgtp])(?:i?b)?|b)?$/i.exec(suffix);
  if (!unit) throw usageError(flag, text, `${JSON.stringify(suffix)} is not a unit`, remedy);
  const power = powers.findIndex((letter) => letter === (unit[1] ?? 'b').toLowerCase());
  const bytes = Math.trunc(Number(number) * 1024 ** power);
  if (!Number.isSafeInteger(bytes)) throw usageError(flag, text, 'no machine has this much', remedy);
  return bytes;
}

/** The shortest exact way to write it: 67108864 is `64m`. */
export function formatSize(bytes: number): string {
  let power = 0;
  let rest = bytes;
  while (rest > 0 && rest % 1024 === 0 && power < powers.length - 1) {
    rest /= 1024;
    power++;
  }
  return power === 0 ? `${rest}` : `${rest}${powers[power]}`;
}
