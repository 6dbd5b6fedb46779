import type { Known } from '../../core/known.ts';
import { containers } from '../../core/paths.ts';

/**
 * Long paths by the names that the shell scripts of `tsstep plan` give them, so that a line fits on a projector:
 * `$CONTAINER/merged`. Other long hex digits keep their first 12, as docker shows them.
 */
export function abbreviate(text: string, known: Known | undefined): string {
  if (!known) return text;
  const { id, host } = known;
  let short = text;
  if (id) short = short.replaceAll(`${containers(host.root)}/${id}`, '$CONTAINER');
  short = short.replaceAll(host.run, '$RUN').replaceAll(host.root, '$ROOT');
  return short.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1');
}

/** What the names stand for. */
export function legend({ host: { root, run } }: Known): string[] {
  return [
    `$ROOT is ${root}, $RUN ${run}, $CONTAINER $ROOT/containers/ID.`,
    'Changes: + appeared  ~ changed  - went away.',
  ];
}
