import { afterEach, describe, expect, it, vi } from 'vitest';
import { now, steady } from '../../../core/clock.ts';

const HOUR = 3_600_000;
const away = (time: bigint): number => Math.abs(Number(time / 1_000_000n) - Date.now());

function setClock(by: number): void {
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + by);
}

afterEach(() => void vi.restoreAllMocks());

describe('the time of day', () => {
  it('never goes back while nobody sets the clock', () => {
    const times = Array.from({ length: 10_000 }, now);
    expect(times.every((time, i) => i === 0 || time >= (times[i - 1] as bigint))).toBe(true);
    expect(away(times.at(-1) as bigint)).toBeLessThan(1000);
  });

  it.each([HOUR, -HOUR])('follows a clock that is set by %d ms', (by) => {
    setClock(by);
    expect(away(now())).toBeLessThan(1000);
  });
});

it('steady time stays what it was when the clock is set', () => {
  const before = steady();
  setClock(-HOUR);
  expect(steady()).toBeGreaterThanOrEqual(before);
  expect(away(steady())).toBeGreaterThan(HOUR / 2);
});
