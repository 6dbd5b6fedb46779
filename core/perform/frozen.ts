import { setTimeout as sleep } from 'node:timers/promises';
import { isFrozen } from '../cgroup/freezer.ts';
import type { CgroupLayout } from '../cgroup/layout.ts';
import { TsstepError } from '../errors.ts';
import type { Peer } from '../known.ts';

/** Milliseconds between two looks. An operation takes one; a frozen process answers never. */
const INTERVAL = 100;

/**
 * `answer`, unless the container is frozen before it comes: whoever has joined its cgroup stands still with it.
 * @throws TsstepError container-state
 */
export async function whileItRuns<T>(answer: Promise<T>, layout: CgroupLayout, peer: Peer): Promise<T> {
  const enough = new AbortController();
  const frozen = async (): Promise<never> => {
    for (;;) {
      await sleep(INTERVAL, undefined, enough);
      if (isFrozen(layout, peer.id)) throw paused(peer.id.slice(0, 12));
    }
  };
  // What is not waited for any more may still fail, and nobody listens.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, frozen()]);
  } finally {
    enough.abort();
  }
}

function paused(id: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `container ${id} was paused meanwhile`,
    why: 'all processes of its cgroup stand still, and the new one is in it already',
    remedy: `tsstep unpause ${id}, then once more`,
  });
}
