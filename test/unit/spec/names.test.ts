import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjectives } from '../../../core/names/adjectives.ts';
import { generateName } from '../../../core/names/generate.ts';
import { surnames } from '../../../core/names/surnames.ts';
import { parseName } from '../../../core/spec/name.ts';

/** Draws from a list, then zeroes. */
const dice = (numbers: number[]) => {
  const rest = [...numbers];
  return (n: number) => (rest.shift() ?? 0) % n;
};

describe('a generated name', () => {
  test('has many to choose from, all lower case ASCII and different', () => {
    expect(adjectives.length).toBeGreaterThanOrEqual(100);
    expect(surnames.length).toBeGreaterThanOrEqual(200);
    for (const words of [adjectives, surnames]) {
      expect(new Set(words).size).toBe(words.length);
      for (const word of words) expect(word).toMatch(/^[a-z]+$/);
    }
  });

  test('is valid by the rule of --name, whatever the dice say', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.nat(40), (numbers, refusals) => {
        let left = refusals;
        const name = generateName(dice(numbers), () => left-- > 0);
        expect(parseName(name)).toBe(name);
        expect(name).toMatch(refusals < 8 ? /^[a-z]+_[a-z]+$/ : /^[a-z]+_[a-z]+\d+$/);
      }),
    );
  });

  test('is never one that is taken', () => {
    const used = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const random = dice([]);
      let calls = 0;
      const name = generateName(
        (n) => (calls++ < 16 ? random(n) : calls % n),
        (one) => used.has(one),
      );
      expect(used.has(name)).toBe(false);
      used.add(name);
    }
  });

  test('is never boring_wozniak', () => {
    const joke = [adjectives.indexOf('boring'), surnames.indexOf('wozniak')];
    expect(Math.min(...joke)).toBeGreaterThanOrEqual(0);
    expect(generateName(dice([...joke, ...joke, 1, 1]), () => false)).toBe(`${adjectives[1]}_${surnames[1]}`);
  });
});
