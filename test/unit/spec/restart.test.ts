import { describe, expect, it } from 'vitest';
import { parseEnding, parseLogging, parseRestart, parseSignal } from '../../../core/spec/restart.ts';

describe('--restart', () => {
  it('takes docker’s policies, and a number of retries for on-failure', () => {
    expect(parseRestart('always')).toEqual({ name: 'always', retries: 0 });
    expect(parseRestart('on-failure:5')).toEqual({ name: 'on-failure', retries: 5 });
  });

  it.each(['sometimes', 'always:3', 'on-failure:', 'on-failure:x', ''])('refuses "%s"', (text) => {
    expect(() => parseRestart(text)).toThrow('--restart');
  });

  it('does not go with --rm, unless it is no', () => {
    expect(() => parseEnding({ rm: true, restart: 'always' })).toThrow('conflicting options');
    expect(parseEnding({ rm: true, restart: 'no' })).toEqual({ restart: { name: 'no', retries: 0 } });
  });
});

describe('a signal', () => {
  it.each(['SIGTERM', 'term', 'TERM', '15'])('can be written %s', (text) => {
    expect(parseSignal('--stop-signal', text)).toBe('SIGTERM');
  });

  it.each(['', '0', '99', 'SIGSIG'])('is refused when there is none like "%s"', (text) => {
    expect(() => parseSignal('--stop-signal', text)).toThrow('no such signal');
  });
});

describe('--log-opt', () => {
  it('says how large a file becomes and how many there are', () => {
    expect(parseLogging(['max-size=10k', 'max-file=3'])).toEqual({ maxSize: 10240, maxFile: 3 });
    expect(parseLogging([])).toBeUndefined();
  });

  it.each(['max-file=0', 'max-size=-1', 'labels=a'])('refuses %s', (option) => {
    expect(() => parseLogging([option])).toThrow('--log-opt');
  });
});
