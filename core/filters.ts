/** What docker's `--filter NAME=VALUE` of every list has in common. Of one kind, any may fit; of different kinds, all have to. */
import { TsstepError } from './errors.ts';

export type Filters<Name extends string> = Readonly<Partial<Record<Name, readonly string[]>>>;

/** @param texts `NAME=VALUE` @throws TsstepError usage */
export function readFilters<Name extends string>(
  texts: readonly string[],
  known: readonly Name[],
  bad: (what: string, exit?: number) => TsstepError,
): Filters<Name> {
  const filters: Partial<Record<Name, string[]>> = {};
  for (const text of texts) {
    // Docker's client finds this out by itself, so it is a wrong flag.
    if (!text.includes('=')) throw bad(`the filter ${text} has no value`, 125);
    const [, key = text, value = ''] = /^(label!|[^=]*)=(.*)$/s.exec(text) ?? [];
    const name = known.find((one) => one === key);
    if (name === undefined || value === '')
      throw bad(name === undefined ? `Invalid filter '${key}'` : `the filter ${text} has no value`);
    filters[name] = [...(filters[name] ?? []), value];
  }
  return filters;
}

/** An error that names the filters that there are, each as it may be written. */
export const noFilter =
  (examples: Readonly<Record<string, string>>) =>
  (what: string, exit = 1): TsstepError =>
    new TsstepError({
      code: 'usage',
      what,
      why: 'it is none of those that choose here',
      remedy: `--filter ${Object.values(examples).join(', ')}`,
      exit,
    });

/** `KEY`, or `KEY=VALUE`. */
export function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='));
}

/** As Go reads one; undefined: it is none. */
export function goBoolean(text: string): boolean | undefined {
  if (/^(1|t|true)$/i.test(text)) return true;
  return /^(0|f|false)$/i.test(text) ? false : undefined;
}

const unitMilliseconds: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * `24h`, `1h30m` before `now`; seconds since 1970, `5` among them only where `short`; or a date (RFC 3339 and its beginnings).
 * @returns milliseconds since 1970; NaN: it is none of these
 */
export function momentOf(text: string, now: number, short = false): number {
  if (/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
    return (
      now -
      parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (unitMilliseconds[unit] ?? 0), 0)
    );
  }
  return /^\d+(\.\d+)?$/.test(text) && (short || text.length > 4) ? Number(text) * 1000 : Date.parse(text);
}
