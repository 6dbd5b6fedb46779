/** Milliseconds. Node's timers count in 32 bits with a sign, and take a longer delay for one of 1 ms: some 24.8 days. */
const LONGEST = 2 ** 31 - 1;

/** What a person or an image wants to wait, in milliseconds that a timer can wait. At least docker's shortest, 1 ms. */
export const timerDelay = (milliseconds: number): number => Math.max(1, Math.min(milliseconds, LONGEST));
