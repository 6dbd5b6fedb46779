/**
 * JSON has fewer kinds of values than Go, and docker's templates can tell them apart: a map may lack a key where a structure may
 * not; a nil list prints as `[]` and is null in JSON; a nil pointer prints as `<nil>`.
 */
const mark = Symbol('map');

const hide = (object: object, key: string | symbol, value: unknown): void =>
  void Object.defineProperty(object, key, { value, enumerable: false });

const toNull = (): null => null;
const toNothing = (): undefined => undefined;

/** A map, in Go's order: by key. Null: a nil one; undefined: one that JSON leaves out. Any other object is a structure. */
export function goMap<T>(record: Readonly<Record<string, T>> | null | undefined): Record<string, T> {
  const entries = Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const map = Object.fromEntries(entries);
  hide(map, mark, true);
  if (record === null) hide(map, 'toJSON', toNull);
  if (record === undefined) hide(map, 'toJSON', toNothing);
  return map;
}

/** A list; null: a nil one. */
export function goList<T>(items: readonly T[] | null): T[] {
  const list = [...(items ?? [])];
  if (items === null) hide(list, 'toJSON', toNull);
  return list;
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && mark in value;

class Nil {
  readonly toJSON: () => null | undefined;
  readonly text: string;

  constructor(json: null | undefined, text = '<nil>') {
    this.toJSON = () => json;
    this.text = text;
  }
}

/** A pointer to nothing: null in JSON. */
export const nil = new Nil(null);
/** The same of a field that JSON leaves out then (`omitempty`). */
export const omitted = new Nil(undefined);
/** Empty text that JSON leaves out. */
export const omittedText = new Nil(undefined, '');

export const isNil = (value: unknown): boolean =>
  value === undefined || value === null || value instanceof Nil;

/** Go's truth: anything but zero and nothing; a structure always. */
export function isTrue(value: unknown): boolean {
  if (isNil(value)) return false;
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** As fmt.Print writes it. */
export function goText(value: unknown, inside = false): string {
  if (value instanceof Nil) return value.text;
  if (value === null || value === undefined) return inside ? '<nil>' : '<no value>';
  if (Array.isArray(value)) return `[${value.map((item) => goText(item, true)).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).filter(([, field]) => typeof field !== 'function');
  return isMap(value)
    ? `map[${fields.map(([key, field]) => `${key}:${goText(field, true)}`).join(' ')}]`
    : `{${fields.map(([, field]) => goText(field, true)).join(' ')}}`;
}
