/** Names like `patient_noether` for containers that were given none. */
import { adjectives } from './adjectives.ts';
import { surnames } from './surnames.ts';

/** How often the dice are rolled before digits are appended. */
const tries = 8;

/**
 * A name that is not `taken`. `random(n)` gives a whole number from 0 to n-1. Terminates as long as `taken` knows finitely many
 * names.
 */
export function generateName(random: (n: number) => number, taken: (name: string) => boolean): string {
  for (let i = 0; ; i++) {
    const name = `${adjectives[random(adjectives.length)]}_${surnames[random(surnames.length)]}`;
    // Docker's old joke and its only exception: Steve Wozniak is not boring.
    if (name === 'boring_wozniak') continue;
    const digits = i < tries ? '' : `${random(10 ** Math.min(i - tries + 1, 9))}`;
    if (!taken(name + digits)) return name + digits;
  }
}
