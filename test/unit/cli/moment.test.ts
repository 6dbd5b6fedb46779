import { describe, expect, it } from 'vitest';
import { momentOf } from '../../../stepper/cli/logs/moment.ts';

const now = 1_800_000_000_000_000_000n;
const at = (text: string) => momentOf('--since', text, now);

describe('--since and --until', () => {
  it.each([
    ['10m', now - 600_000_000_000n],
    ['1h30m', now - 5_400_000_000_000n],
    ['1.5s', now - 1_500_000_000n],
    ['-10s', now + 10_000_000_000n],
    ['1136073600', 1_136_073_600_000_000_000n],
    ['1136073600.000000001', 1_136_073_600_000_000_001n],
    ['2006-01-02T15:04:05Z', 1_136_214_245_000_000_000n],
    ['2006-01-02T15:04:05.123456789+01:00', 1_136_210_645_123_456_789n],
    ['2006-01-02T15:04:05', BigInt(Date.parse('2006-01-02T15:04:05')) * 1_000_000n],
    ['2006-01-02', BigInt(Date.parse('2006-01-02T00:00')) * 1_000_000n],
  ])('take %s', (text, moment) => {
    expect(at(text)).toBe(moment);
  });

  it.each(['', 'yesterday', '2006-13-01', '1m garbage'])('refuse %j', (text) => {
    expect(() => at(text)).toThrow(/neither a time nor a time span/);
  });

  it('are refused with docker’s 1: its client lets any text through', () => {
    expect(() => at('foo')).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ exit: 1 }) }),
    );
  });
});
