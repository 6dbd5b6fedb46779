import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import { formatSize, parseSize } from '../../../core/spec/size.ts';

describe('a size', () => {
  test.each([
    ['512', 512],
    ['0', 0],
    ['64m', 64 * 2 ** 20],
    ['64M', 64 * 2 ** 20],
    ['64mb', 64 * 2 ** 20],
    ['64MiB', 64 * 2 ** 20],
    ['64 m', 64 * 2 ** 20],
    ['1g', 2 ** 30],
    ['1.5g', 1.5 * 2 ** 30],
    ['.5k', 512],
    ['1.9', 1],
    ['10b', 10],
    ['2t', 2 * 2 ** 40],
  ])('%j is %d bytes, as docker counts', (text, bytes) => {
    expect(parseSize('--memory', text)).toBe(bytes);
  });

  test.each([
    ['64q', '"q" is not a unit'],
    ['64bb', '"bb" is not a unit'],
    ['64ib', '"ib" is not a unit'],
    ['64mm', '"mm" is not a unit'],
    ['1..5', '".5" is not a unit'],
    ['', 'a size starts with a number'],
    ['m', 'a size starts with a number'],
    [' 64m', 'a size starts with a number'],
    ['-1', 'a size cannot be negative'],
    ['99999999p', 'no machine has this much'],
  ])('%j is refused with its reason', (text, why) => {
    let failure: unknown;
    try {
      parseSize('--memory', text);
    } catch (error) {
      failure = failureOf(error);
    }
    expect(failure).toMatchObject({
      what: `--memory ${JSON.stringify(text)}`,
      why,
      code: 'usage',
      exit: 125,
    });
  });

  test('written by formatSize is read back as the same number of bytes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(1, 2 ** 10, 2 ** 20, 2 ** 30), (number, unit) => {
        const bytes = Math.floor(number / unit) * unit;
        expect(parseSize('--memory', formatSize(bytes))).toBe(bytes);
      }),
    );
  });

  test('is written in the largest unit that is exact', () => {
    expect([0, 1, 1023, 1024, 64 * 2 ** 20, 2 ** 30 + 1024].map(formatSize)).toEqual([
      '0',
      '1',
      '1023',
      '1k',
      '64m',
      '1048577k',
    ]);
  });
});
