import { describe, expect, it } from 'vitest';
import type { RestartPolicy } from '../../../core/spec/types.ts';
import { nextWait, startsAgain } from '../../../core/store/restart-policy.ts';

const ended = { exitCode: 1, stopped: false, restartCount: 0 };
const policy = (name: RestartPolicy['name'], retries = 0): RestartPolicy => ({ name, retries });

describe('a container that has ended', () => {
  it.each([
    ['without a policy', undefined, ended, false],
    ['with no', policy('no'), ended, false],
    ['with always, after a success', policy('always'), { ...ended, exitCode: 0 }, true],
    ['with always, stopped by a person', policy('always'), { ...ended, stopped: true }, false],
    ['with unless-stopped', policy('unless-stopped'), ended, true],
    ['with on-failure, after a failure', policy('on-failure'), ended, true],
    ['with on-failure, after a success', policy('on-failure'), { ...ended, exitCode: 0 }, false],
    ['with on-failure:2, once more', policy('on-failure', 2), { ...ended, restartCount: 1 }, true],
    ['with on-failure:2, too often', policy('on-failure', 2), { ...ended, restartCount: 2 }, false],
  ] as const)('%s', (_, its, end, expected) => {
    expect(startsAgain(its, end)).toBe(expected);
  });
});

describe('the wait before the next start', () => {
  it('doubles from a tenth of a second to a minute', () => {
    const waits = [0];
    for (let i = 0; i < 12; i++) waits.push(nextWait(waits.at(-1) ?? 0, 0));
    expect(waits.slice(1, 5)).toEqual([100, 200, 400, 800]);
    expect(waits.at(-1)).toBe(60_000);
  });

  it('begins anew when the container has run for ten seconds', () => {
    expect(nextWait(51_200, 10_000)).toBe(100);
  });
});
