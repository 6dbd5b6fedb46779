import { TsstepError } from '../errors.ts';

/** A flag's value that cannot be used. `remedy` shows a value that works. `exit`: docker's, where its client does not look at it. */
export function usageError(
  flag: string,
  value: string,
  why: string,
  remedy: string,
  exit = 125,
): TsstepError {
  return new TsstepError({ code: 'usage', what: `${flag} ${JSON.stringify(value)}`, why, remedy, exit });
}

/** Flags that are fine one by one but not together. */
export function conflict(flags: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'usage', what: `conflicting options: ${flags}`, why, remedy });
}

/** A flag of docker's that tsstep knows and cannot honour. */
export function unsupported(flag: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'usage', what: flag, why, remedy });
}

/** `{ key: value }`, or nothing to spread where there is no value: absent and `undefined` differ in JSON and in types. */
export function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/** Docker's true and false, for a flag that is on without a value: `--pause=false`. @throws TsstepError usage */
export function parseBoolean(flag: string, text: string | boolean): boolean {
  if (text === true || text === false) return text;
  // commander hands the `=` of a short flag on.
  if (/^=?(true|t|1)$/i.test(text)) return true;
  if (/^=?(false|f|0)$/i.test(text)) return false;
  throw usageError(
    flag,
    text,
    'it is neither true nor false',
    `write ${flag}=false; without the flag it is true in any case`,
  );
}
