/** Durations as Go reads them, in whole nanoseconds: docker's flags. */
import { usageError } from './usage.ts';

const units = { h: 3_600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 } as const;

const part = /(\d+\.?\d*|\.\d+)(ms|us|µs|ns|h|m|s)/g;

/** `1m30s`, `1.5h`, `500ms`, `0`. @throws TsstepError usage */
export function parseDuration(flag: string, text: string): number {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const parts = [...rest.matchAll(part)];
  if (rest !== '0' && (rest === '' || parts.map(([all]) => all).join('') !== rest))
    throw usageError(flag, text, 'it is no duration', `write numbers with their units: ${flag} 1m30s`);
  if (sign === '-') throw usageError(flag, text, 'it cannot be negative', `write it like ${flag} 30s`);
  const sum = parts.reduce(
    (total, [, number, unit]) => total + Number(number) * units[unit as keyof typeof units],
    0,
  );
  return Math.round(sum);
}
