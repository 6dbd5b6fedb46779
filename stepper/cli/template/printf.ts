/** The verbs of Go's fmt.Printf that are of use in a line of text. */
import { goText } from './go-values.ts';

type Verb = (value: unknown) => string;

const verbs: Readonly<Record<string, Verb>> = {
  v: (value) => goText(value, true),
  s: (value) => goText(value, true),
  d: (value) =>
    typeof value === 'number' ? String(Math.trunc(value)) : `%!d(${typeof value}=${goText(value)})`,
  q: (value) => JSON.stringify(goText(value, true)),
  t: (value) => String(value),
  x: (value) => (typeof value === 'number' ? value.toString(16) : Buffer.from(goText(value)).toString('hex')),
  f: (value) => Number(value).toFixed(6),
};

/** Width and precision count characters: `%-20s`, `%.12s`, `%05d`, `%.1f`. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0;
  const text = format.replace(
    /%([-+0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= values.length) return `%!${verb}(MISSING)`;
      const value = values[next++];
      const show = verbs[verb];
      if (!show) return `%!${verb}(${goText(value)})`;
      return padded(cut(verb, value, show, precision), flags, Number(width));
    },
  );
  const extra = values.slice(next).map((value) => `${typeof value}=${goText(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function cut(verb: string, value: unknown, show: Verb, precision: string | undefined): string {
  if (precision === undefined) return show(value);
  if (verb === 'f') return Number(value).toFixed(Number(precision));
  return [...show(value)].slice(0, Number(precision)).join('');
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  return text.padStart(width, flags.includes('0') ? '0' : ' ');
}
