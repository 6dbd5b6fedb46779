import { describe, expect, it } from 'vitest';
import { parseEnding, parseLogging, parseRestart } from '../../../core/spec/restart.ts';
import { parseSignal, signalNumber, stopSignalOf } from '../../../core/spec/signal.ts';

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

  it.each([
    ['SIGRTMIN+3', 'SIGRTMIN+3', 37],
    ['rtmin', 'SIGRTMIN', 34],
    ['RTMAX-2', 'SIGRTMAX-2', 62],
    ['SIGRTMAX', 'SIGRTMAX', 64],
    ['SIGRTMIN+30', 'SIGRTMAX', 64],
    ['37', 'SIGRTMIN+3', 37],
    ['32', '32', 32],
  ])('of real time can be written %s: it is %s, number %i', (text, name, number) => {
    expect(parseSignal('--stop-signal', text)).toBe(name);
    expect(signalNumber(name)).toBe(number);
  });

  it.each(['', '0', '-1', '65', '99', 'SIGSIG', 'RTMIN+31', 'RTMAX-31', 'RTMIN-1', 'RTMAX+1', 'RTMIN+'])(
    'is refused when there is none like "%s"',
    (text) => {
      expect(() => parseSignal('--stop-signal', text)).toThrow('no such signal');
    },
  );

  it('that an image asks to be stopped with is SIGTERM where there is none like it', () => {
    expect(stopSignalOf(undefined, 'rtmin+3')).toBe('SIGRTMIN+3');
    expect(stopSignalOf('SIGINT', 'rtmin+3')).toBe('SIGINT');
    for (const none of [undefined, '', 'SIGRTMIN3', '0'])
      expect(stopSignalOf(undefined, none)).toBe('SIGTERM');
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
