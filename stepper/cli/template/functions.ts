/** What a template can call: Go's own functions that make sense for text, and docker's. */
import { impossible } from './failure.ts';
import { goText, isMap, isNil, isTrue } from './go-values.ts';
import { sprintf } from './printf.ts';

export type Call = (...values: readonly unknown[]) => unknown;

/** Text as it is; what is no text is an error in Go too. */
function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw impossible(name, `wrong type for value; expected string; got ${goText(value)}`, `{{json}} shows it`);
}

const capitalised = (words: string): string => words.replace(/(^|\s)(\S)/gu, (all) => all.toUpperCase());

/** Go's Println puts blanks between all, Print only between what is no string. */
const line = (values: readonly unknown[]): string => values.map((value) => goText(value, true)).join(' ');

function printed(values: readonly unknown[]): string {
  return values
    .map((value, at) => {
      const before = values[at - 1];
      const apart = at > 0 && typeof value !== 'string' && typeof before !== 'string';
      return `${apart ? ' ' : ''}${goText(value, true)}`;
    })
    .join('');
}

function index(of: unknown, ...keys: readonly unknown[]): unknown {
  return keys.reduce((at: unknown, key) => entry(at, key), of);
}

function entry(at: unknown, key: unknown): unknown {
  const fail = (why: string) =>
    impossible('index', `error calling index: ${why}`, '{{json}} shows what is there');
  if (Array.isArray(at) || typeof at === 'string') {
    if (typeof key !== 'number') throw fail(`cannot index a list with ${goText(key)}`);
    if (key < 0 || key >= at.length) throw fail(`index out of range: ${key}`);
    return typeof at === 'string' ? at.charCodeAt(key) : at[key];
  }
  if (isNil(at)) throw fail('index of untyped nil');
  if (typeof at !== 'object') throw fail(`can't index ${goText(at)}`);
  if (Object.hasOwn(at as object, String(key))) return (at as Record<string, unknown>)[String(key)];
  if (!isMap(at)) throw fail("can't index item of a structure: write its name behind a point");
  // The zero of the map's type, which is seen in its values alone.
  return Object.values(at).every((value) => typeof value === 'string') ? '' : null;
}

function length(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw impossible('len', `error calling len: ${goText(value)} has no length`, '{{json}} shows it');
}

function compared(name: string, a: unknown, b: unknown): number {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string' && typeof a !== 'boolean'))
    throw impossible(
      name,
      `error calling ${name}: incompatible types for comparison`,
      'compare like with like',
    );
  return a === b ? 0 : (a as number) < (b as number) ? -1 : 1;
}

const order =
  (name: string, holds: (result: number) => boolean): Call =>
  (a, b) =>
    holds(compared(name, a, b));

/** docker's `json`: no escapes for HTML, as JSON.stringify. */
const toJson = (value: unknown): string => JSON.stringify(value) ?? 'null';

const functions: Readonly<Record<string, Call>> = {
  json: toJson,
  join: (list, separator) =>
    Array.isArray(list) ? list.map((item) => goText(item)).join(text('join', separator)) : text('join', list),
  split: (value, separator) => text('split', value).split(text('split', separator)),
  lower: (value) => text('lower', value).toLowerCase(),
  upper: (value) => text('upper', value).toUpperCase(),
  title: (value) => capitalised(text('title', value)),
  pad: (value, before, behind) =>
    value === '' ? '' : ' '.repeat(Number(before)) + text('pad', value) + ' '.repeat(Number(behind)),
  truncate: (value, most) => [...text('truncate', value)].slice(0, Number(most)).join(''),
  index,
  slice: (value, from = 0, to) =>
    (Array.isArray(value) ? value : text('slice', value)).slice(
      Number(from),
      to === undefined ? undefined : Number(to),
    ),
  len: length,
  print: (...values) => printed(values),
  println: (...values) => `${line(values)}\n`,
  printf: (format, ...values) => sprintf(text('printf', format), values),
  and: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  not: (value) => !isTrue(value),
  eq: (a, ...others) => others.some((b) => compared('eq', a, b) === 0),
  ne: order('ne', (result) => result !== 0),
  lt: order('lt', (result) => result < 0),
  le: order('le', (result) => result <= 0),
  gt: order('gt', (result) => result > 0),
  ge: order('ge', (result) => result >= 0),
};

export const isFunction = (name: string): boolean => Object.hasOwn(functions, name);

export function call(
  name: string,
  values: readonly unknown[],
  instead: Readonly<Record<string, Call>>,
): unknown {
  const found = instead[name] ?? functions[name];
  if (!found) throw impossible(name, 'there is no such function', Object.keys(functions).join(', '));
  if (values.length === 0 && !name.startsWith('print'))
    throw impossible(name, `wrong number of args for ${name}: got 0`, `write {{${name} .}}`);
  return found(...values);
}
