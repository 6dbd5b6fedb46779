/** Durations as Go writes them, in whole nanoseconds: docker's flags and messages. */
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

/** Go's `Duration.String`: `1m30s`, `200ms`, `1.5s`. */
export function durationText(nanoseconds: number): string {
  for (const [unit, size] of [
    ['ns', 1],
    ['µs', 1e3],
    ['ms', 1e6],
  ] as const)
    if (nanoseconds > 0 && nanoseconds < size * 1000) return `${nanoseconds / size}${unit}`;
  const seconds = nanoseconds / 1e9;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  return hours > 0 ? `${hours}h${minutes}m${rest}` : minutes > 0 ? `${minutes}m${rest}` : rest;
}
