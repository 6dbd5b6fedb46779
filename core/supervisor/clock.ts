/** The time of day in nanoseconds, which Date has in milliseconds only. */

let offset = 0n;

/** Since 1970. It follows the system's clock when somebody sets that, and otherwise never goes back. */
export function now(): bigint {
  const day = BigInt(Date.now()) * 1_000_000n;
  const since = process.hrtime.bigint();
  const wrong = since + offset - day;
  // Date is cut off to a millisecond, so up to that they agree.
  if (wrong < 0n || wrong > 2_000_000n) offset = day - since;
  return since + offset;
}
