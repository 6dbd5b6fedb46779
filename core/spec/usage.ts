import { TsstepError } from '../errors.ts';

/** A flag's value that cannot be used. `remedy` shows a value that works. */
export function usageError(flag: string, value: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'usage', what: `${flag} ${JSON.stringify(value)}`, why, remedy });
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
