import { describe, expect, it, test } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import type { ImageHealthcheck } from '../../../core/image/types.ts';
import { parseDuration } from '../../../core/spec/duration.ts';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { healthcheckOf, probeOf } from '../../../core/spec/health.ts';
import { durationText } from '../../../core/supervisor/duration-text.ts';
import { judge } from '../../../core/supervisor/health.ts';
import type { Health } from '../../../core/supervisor/health-file.ts';
import { parse } from './parse.ts';

describe('a duration', () => {
  test.each<[string, number, string]>([
    ['30s', 30e9, '30s'],
    ['1m30s', 90e9, '1m30s'],
    ['1.5h', 5400e9, '1h30m0s'],
    ['200ms', 200e6, '200ms'],
    ['1.5s', 1.5e9, '1.5s'],
    ['5us', 5000, '5µs'],
    ['0', 0, '0s'],
  ])('%s is Go’s', (text, nanoseconds, shown) => {
    expect(parseDuration('--x', text)).toBe(nanoseconds);
    expect(durationText(nanoseconds)).toBe(shown);
  });

  test.each(['5', '1x', '', 's', '1s2', '-1s'])('%j is refused', (text) => {
    expect(() => parseDuration('--x', text)).toThrow(/--x/);
  });
});

describe('the flags of a health check', () => {
  const merged = (flags: RunFlags, Healthcheck?: ImageHealthcheck) =>
    healthcheckOf(parse(flags), Healthcheck ? { Healthcheck } : {});

  it('leave to the image what they do not say, and nothing is nothing', () => {
    const image = { Test: ['CMD', '/check'], Interval: 5e9, Retries: 7 };
    expect(merged({})).toBeUndefined();
    expect(merged({}, image)).toEqual({ test: ['CMD', '/check'], interval: 5e9, retries: 7 });
    expect(merged({ healthTimeout: '2s', healthInterval: '1m' }, image)).toEqual({
      ...{ test: ['CMD', '/check'], interval: 60e9, timeout: 2e9, retries: 7 },
    });
    expect(merged({ healthCmd: 'true' }, image)).toMatchObject({ test: ['CMD-SHELL', 'true'] });
    expect(merged({ healthcheck: false }, image)).toMatchObject({ test: ['NONE'] });
  });

  test.each<[RunFlags, RegExp]>([
    [{ healthcheck: false, healthCmd: 'true' }, /conflicting options/],
    [{ healthCmd: 'true', healthInterval: '0.5ms' }, /--health-interval "0.5ms"/],
    [{ healthCmd: 'true', healthRetries: '-1' }, /--health-retries/],
  ])('%j cannot be used', (flags, what) => {
    let failure: unknown;
    try {
      parse(flags);
    } catch (error) {
      failure = failureOf(error);
    }
    expect(failure).toMatchObject({ code: 'usage', exit: 125, what: expect.stringMatching(what) });
  });

  it('name the words of a probe', () => {
    expect(probeOf({ test: ['CMD', '/check', '-x'] })).toEqual(['/check', '-x']);
    expect(probeOf({ test: ['CMD-SHELL', 'a || b'] })).toEqual(['/bin/sh', '-c', 'a || b']);
    for (const words of [['NONE'], [], ['CMD'], ['WHAT', 'x']])
      expect(probeOf({ test: words })).toBeUndefined();
  });
});

describe('a container’s health', () => {
  const result = (ExitCode: number) => ({ Start: '', End: '', ExitCode, Output: '' });
  const healthAfter = (codes: number[], starting = false): Health =>
    codes.reduce<Health>((health, code) => judge(health, result(code), { test: [], retries: 2 }, starting), {
      ...{ Status: 'starting', FailingStreak: 0, Log: [] },
    });

  test.each<[number[], Health['Status'], number]>([
    [[1], 'starting', 1],
    [[1, 1], 'unhealthy', 2],
    [[0], 'healthy', 0],
    [[0, -1], 'healthy', 1],
    [[0, 1, 1], 'unhealthy', 2],
    [[1, 1, 0], 'healthy', 0],
  ])('after exit codes %j is %s, with a streak of %i', (codes, Status, FailingStreak) => {
    expect(healthAfter(codes)).toMatchObject({ Status, FailingStreak });
  });

  it('does not suffer from failures within the start period, until it has been well once', () => {
    expect(healthAfter([1, 1, 1], true)).toMatchObject({ Status: 'starting', FailingStreak: 0 });
    expect(healthAfter([0, 1, 1], true)).toMatchObject({ Status: 'unhealthy' });
  });

  it('remembers five results', () => {
    expect(healthAfter([1, 2, 3, 4, 5, 6]).Log.map(({ ExitCode }) => ExitCode)).toEqual([2, 3, 4, 5, 6]);
  });
});
