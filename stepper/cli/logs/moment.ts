/** `--since` and `--until` as docker takes them. */
import { usageError } from '../../../core/spec/usage.ts';

/** Docker's client takes any text for these: it is the daemon that refuses, and that is 1. */
export const REFUSED = 1;

const NANOSECONDS = 1_000_000_000n;
const units: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

/**
 * `10m` or `1h30m` ago, seconds since 1970 (`1136073600.000000001`), or RFC 3339 and what is left of it without seconds, time or
 * zone; without one it is this machine's.
 *
 * @returns nanoseconds since 1970 @throws TsstepError usage
 */
export function momentOf(flag: string, text: string, now: bigint): bigint {
  const ago = durationOf(text);
  if (ago !== undefined) return now - ago;
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  // A year alone is a date for docker too.
  if (seconds !== undefined) return BigInt(seconds) * NANOSECONDS + nanoseconds(fraction);
  const [, date, time = '', , decimals = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d)?)?(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? [];
  const milliseconds = date === undefined ? Number.NaN : Date.parse(`${date}${time || 'T00:00'}${zone}`);
  if (Number.isNaN(milliseconds))
    throw usageError(
      flag,
      text,
      'it is neither a time nor a time span',
      `like ${flag} 10m, or ${flag} 2026-01-02T13:23:37Z`,
      REFUSED,
    );
  return BigInt(milliseconds) * 1_000_000n + nanoseconds(decimals);
}

const nanoseconds = (decimals: string): bigint => BigInt(decimals.padEnd(9, '0') || 0);

/** Go's time.ParseDuration. */
function durationOf(text: string): bigint | undefined {
  const [, sign, all = ''] = /^([+-]?)((?:\d+(?:\.\d*)?(?:h|ms|us|µs|ns|m|s))+)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const parts = [...all.matchAll(/(\d+(?:\.\d*)?)(h|ms|us|µs|ns|m|s)/g)];
  const seconds = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
  const span = BigInt(Math.round(seconds * 1e9));
  return sign === '-' ? -span : span;
}
