import { readFileSync } from 'node:fs';
import { TsstepError } from '../core/errors.ts';
import { tolerating } from '../core/kernel/errno.ts';

export function vmFailed(what: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'vm', what, why, remedy });
}

/** The end of a log, which is usually about what went wrong. */
export const lastLines = (log: string): string =>
  (tolerating(['ENOENT'], () => readFileSync(log, 'utf8')) ?? '').trim().split('\n').slice(-15).join('\n');
