import { expect, it, onTestFinished, test, vi } from 'vitest';
import { watchHealth } from '../../../core/supervisor/health.ts';
import { timerDelay } from '../../../core/supervisor/timer-delay.ts';
import { temporaryRoot } from '../image/tars.ts';

const longest = 2 ** 31 - 1;

it('a timer waits as long as it can where somebody wants more, and at least a millisecond', () => {
  const wanted = [-1, 0, 0.5, 1, 1000.5, longest, 2 ** 31, Number.POSITIVE_INFINITY];
  expect(wanted.map(timerDelay)).toEqual([1, 1, 1, 1, 1000.5, longest, longest, longest]);
});

test.each([
  [600 * 3600e9, longest],
  [1000, 1],
])('an interval of %d ns between health checks is one of %d ms for a timer', (interval, delay) => {
  const timer = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(undefined as never);
  onTestFinished(() => timer.mockRestore());
  const watch = watchHealth({
    ...{ root: temporaryRoot(), id: 'a', probe: [], startedAt: '' },
    healthcheck: { test: [], interval },
    isPaused: () => false,
    changed: () => undefined,
  });
  watch.stop();
  expect(timer).toHaveBeenCalledExactlyOnceWith(expect.any(Function), delay);
});
