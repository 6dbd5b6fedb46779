import type { Known } from '../../core/known.ts';
import { diff } from '../../tracer/diff.ts';
import { everything, observe } from '../../tracer/observe.ts';
import type { ProbeName, Snapshot } from '../../tracer/snapshot.ts';
import { touches } from '../../tracer/touches.ts';
import type { Observer } from './live.ts';

/** Looks at this machine, from the host's side only. */
export function kernelObserver(secrets: ReadonlySet<string>): Observer {
  const read = async (known: Known, names: readonly ProbeName[], previous: Snapshot) =>
    await observe({ known, secrets }, names, previous);
  return {
    diff,
    observe: (known, step, previous) =>
      read(known, step === 'everything' ? everything : touches(step.operation), previous),
    read: async (known, names, previous) => (await read(known, names ?? everything, previous)).snapshot,
  };
}
