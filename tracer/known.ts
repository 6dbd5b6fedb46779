import type { Known } from '../core/known.ts';
import type { Tree } from './snapshot.ts';

/**
 * What operations have found out, as a record. The host's facts and the run itself are left out because no operation changes
 * them; and of an image lookup that led to nothing, only that it did.
 */
export function knownTree({ host: _host, run: _run, supervisor: _supervisor, lookup, ...rest }: Known): Tree {
  const found = lookup && ('found' in lookup ? { image: lookup.found } : { lookup: 'absent' });
  return record({ ...found, ...rest });
}

/** The container that is looked at: the one that is made, or the one that a process joins. */
export const containerId = ({ id, peers }: Known): string | undefined => id ?? peers?.container?.id;

function record(value: object): Tree {
  const entries: [string, Tree[string]][] = [];
  // Object.entries numbers an array's items: they are keyed by position.
  for (const [key, each] of Object.entries(value) as [string, unknown][]) {
    if (typeof each === 'object' && each !== null) entries.push([key, record(each)]);
    else if (
      each === null ||
      typeof each === 'string' ||
      typeof each === 'number' ||
      typeof each === 'boolean'
    )
      entries.push([key, each]);
  }
  return Object.fromEntries(entries);
}
