import { TsstepError } from '../core/errors.ts';

export function vmFailed(what: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'vm', what, why, remedy });
}
