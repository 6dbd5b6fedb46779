import type { ResolvedImage } from '../../../core/image/types.ts';
import type { Known } from '../../../core/known.ts';

/** The image as it was when the container was made: its name may mean another one by now. */
export function imageOf(known: Known | undefined): ResolvedImage | undefined {
  return known?.image ?? (known?.lookup && 'found' in known.lookup ? known.lookup.found : undefined);
}
