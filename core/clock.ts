/** The time of day in nanoseconds, which Date has in milliseconds only. */

const MILLISECOND = 1_000_000n;
/** Date is cut off to a millisecond, so up to that the two clocks agree; more is somebody who has set the system's. */
const TOLERANCE = 2n * MILLISECOND;

const { bigint: uptime } = process.hrtime;
let offset = measuredOffset();

/** Since 1970. It follows the system's clock when somebody sets that, and otherwise never goes back. */
export function now(): bigint {
  const since = uptime();
  const ahead = since + offset - BigInt(Date.now()) * MILLISECOND;
  if (ahead >= 0n && ahead <= TOLERANCE) return since + offset;
  const measured = measuredOffset();
  if (measured > offset || offset - measured > TOLERANCE) offset = measured;
  return uptime() + offset;
}

/** Since 1970 as the clock was when this process began, and never back: its differences are durations even if somebody sets it. */
const begun = offset;
export const steady = (): bigint => uptime() + begun;

/** Between the two clocks; measured again when this process had to wait for a processor in between. */
function measuredOffset(): bigint {
  for (;;) {
    const before = uptime();
    const day = BigInt(Date.now()) * MILLISECOND;
    const after = uptime();
    if (after - before < MILLISECOND / 10n) return day - after;
  }
}
