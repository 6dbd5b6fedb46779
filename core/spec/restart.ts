/** What becomes of a container that ends, and how it is ended: --restart, --stop-signal, --stop-timeout, --log-opt. */
import type { RunFlags } from './flags.ts';
import { parseSignal } from './signal.ts';
import { parseSize } from './size.ts';
import type { Logging, RestartPolicy } from './types.ts';
import { conflict, given, usageError } from './usage.ts';

/** @throws TsstepError usage */
export function parseRestart(text: string): RestartPolicy {
  const [name = '', retries] = text.split(/:(.*)/s);
  const remedy = 'write no, always, unless-stopped, on-failure, or on-failure:5';
  if (name !== 'no' && name !== 'always' && name !== 'unless-stopped' && name !== 'on-failure')
    throw usageError('--restart', text, 'there is no such policy', remedy);
  if (retries === undefined) return { name, retries: 0 };
  if (name !== 'on-failure')
    throw usageError('--restart', text, 'only on-failure counts how often it tries', remedy);
  if (!/^\d+$/.test(retries))
    throw usageError('--restart', text, 'the number of retries is no number', remedy);
  return { name, retries: Number(retries) };
}

function parseStopTimeout(text: string): number {
  if (/^-?\d+$/.test(text)) return Math.max(-1, Number(text));
  const remedy = 'write seconds, or -1 to wait for ever: --stop-timeout 30';
  throw usageError('--stop-timeout', text, 'it is not a whole number', remedy);
}

/** Docker's json-file options that say how much is kept. @throws TsstepError usage */
export function parseLogging(options: readonly string[]): Logging | undefined {
  if (options.length === 0) return undefined;
  let logging: Logging = { maxFile: 1 };
  for (const option of options) {
    const [name = '', value = ''] = option.split(/=(.*)/s);
    const remedy = 'write --log-opt max-size=10m --log-opt max-file=3';
    if (name === 'max-size') logging = { ...logging, maxSize: parseSize('--log-opt max-size', value) };
    else if (name !== 'max-file') throw usageError('--log-opt', option, 'there is no such option', remedy);
    else if (!/^[1-9]\d*$/.test(value))
      throw usageError('--log-opt', option, 'it is not a number from 1', remedy);
    else logging = { ...logging, maxFile: Number(value) };
  }
  return logging;
}

export function parseEnding(flags: RunFlags) {
  const restart = flags.restart === undefined ? undefined : parseRestart(flags.restart);
  if (flags.rm && restart && restart.name !== 'no')
    throw conflict('--restart and --rm', 'what is removed cannot be started again', 'leave one of them away');
  return {
    ...given('restart', restart),
    ...given('init', flags.init),
    ...given('stopSignal', flags.stopSignal && parseSignal('--stop-signal', flags.stopSignal)),
    ...given(
      'stopTimeout',
      flags.stopTimeout === undefined ? undefined : parseStopTimeout(flags.stopTimeout),
    ),
    ...given('logging', parseLogging(flags.logOpt ?? [])),
  };
}
