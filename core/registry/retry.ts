/** When to ask again, and how long to wait before. */

/** How often something is asked at most. */
export const tries = 4;

/** Milliseconds; a registry that wants a longer pause is not worth sitting there for. */
const longestWait = 60_000;

/** Milliseconds before try number `attempt` + 1: 0.5 s, 1 s, 2 s. */
export function backOff(attempt: number): number {
  return 500 * 2 ** (attempt - 1);
}

/** Statuses that may be others in a moment. */
export function isPassing(status: number): boolean {
  return [429, 500, 502, 503, 504].includes(status);
}

/**
 * Milliseconds until a registry wants to be asked again: Retry-After as seconds or as a date (RFC 9110, 10.2.3).
 * undefined: it does not say.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Milliseconds to wait after an answer that may pass; undefined: too long. */
export function waitAfter(header: string | undefined, attempt: number, now: number): number | undefined {
  const wait = retryAfter(header, now) ?? backOff(attempt);
  return wait <= longestWait ? wait : undefined;
}
