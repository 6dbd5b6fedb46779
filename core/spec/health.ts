/** `--health-*`, and what the image's HEALTHCHECK adds: docker's rules. */
import type { ImageConfig, ImageHealthcheck } from '../image/types.ts';
import { parseDuration } from './duration.ts';
import type { RunFlags } from './flags.ts';
import type { Healthcheck, Spec } from './types.ts';
import { conflict, given, usageError } from './usage.ts';

/** Nanoseconds. Docker's smallest. */
const SHORTEST = 1e6;

function parseTime(flag: string, text: string | undefined): number | undefined {
  const time = text === undefined ? 0 : parseDuration(flag, text);
  if (time > 0 && time < SHORTEST)
    throw usageError(flag, text ?? '', 'it cannot be less than 1ms', `write it like ${flag} 30s`);
  return time || undefined;
}

function parseRetries(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\+?\d+$/.test(text)) return Number(text) || undefined;
  throw usageError(
    '--health-retries',
    text,
    'it is no whole number from 0',
    'write it like --health-retries 3',
  );
}

/** @throws TsstepError usage */
export function parseHealthcheck(flags: RunFlags): { healthcheck?: Healthcheck } {
  const { healthCmd, healthcheck } = flags;
  const own: Omit<Healthcheck, 'test'> = {
    ...given('interval', parseTime('--health-interval', flags.healthInterval)),
    ...given('timeout', parseTime('--health-timeout', flags.healthTimeout)),
    ...given('startPeriod', parseTime('--health-start-period', flags.healthStartPeriod)),
    ...given('retries', parseRetries(flags.healthRetries)),
  };
  const settings = Boolean(healthCmd) || Object.keys(own).length > 0;
  if (healthcheck === false) {
    if (settings)
      throw conflict(
        '--no-healthcheck and --health-*',
        'there would be no check to set up',
        'leave one of them away',
      );
    return { healthcheck: { test: ['NONE'] } };
  }
  if (!settings) return {};
  return { healthcheck: { test: healthCmd ? ['CMD-SHELL', healthCmd] : [], ...own } };
}

/** What the flags leave open is the image's. Undefined: there is nothing to check with. */
export function healthcheckOf({ healthcheck: own }: Spec, image: ImageConfig): Healthcheck | undefined {
  const { Test = [], Interval, Timeout, StartPeriod, Retries } = image.Healthcheck ?? {};
  const merged: Healthcheck = {
    ...given('interval', Interval || undefined),
    ...given('timeout', Timeout || undefined),
    ...given('startPeriod', StartPeriod || undefined),
    ...given('retries', Retries || undefined),
    ...own,
    test: own && own.test.length > 0 ? own.test : Test,
  };
  return own || image.Healthcheck ? merged : undefined;
}

/** The probe's words; undefined: it is switched off, or nobody has said what to do. */
export function probeOf(healthcheck: Healthcheck | undefined): readonly string[] | undefined {
  const [kind, ...words] = healthcheck?.test ?? [];
  if (words.length === 0) return undefined;
  if (kind === 'CMD') return words;
  return kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...words] : undefined;
}

/** As image configurations and docker's inspect have it. */
export function healthConfig({
  test,
  interval,
  timeout,
  startPeriod,
  retries,
}: Healthcheck): ImageHealthcheck {
  return {
    ...(test.length > 0 && { Test: test }),
    ...given('Interval', interval),
    ...given('Timeout', timeout),
    ...given('StartPeriod', startPeriod),
    ...given('Retries', retries),
  };
}
