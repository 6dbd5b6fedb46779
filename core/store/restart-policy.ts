/** When a container that has ended is started again; docker's rules (restartmanager). */
import type { RestartPolicy } from '../spec/types.ts';

/** Milliseconds: the first wait, which doubles, up to the last; and how long a container has to run for it to begin anew. */
const wait = { first: 100, last: 60_000, forgivenAfter: 10_000 };

/** What the last end of a container was like. */
export interface LastEnd {
  exitCode: number;
  /** A person has stopped it. */
  stopped: boolean;
  /** How often the policy has started it so far. */
  restartCount: number;
}

export function startsAgain(
  policy: RestartPolicy | undefined,
  { exitCode, stopped, restartCount }: LastEnd,
): boolean {
  if (stopped) return false;
  switch (policy?.name) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (policy.retries === 0 || restartCount < policy.retries);
    default:
      return false;
  }
}

/** Milliseconds until the next start. @param before the wait before this one; 0: there was none @param ran how long it has run */
export function nextWait(before: number, ran: number): number {
  if (before === 0 || ran >= wait.forgivenAfter) return wait.first;
  return Math.min(before * 2, wait.last);
}
