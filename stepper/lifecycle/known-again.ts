import { TsstepError } from '../../core/errors.ts';
import type { Known } from '../../core/known.ts';
import type { Container } from '../../core/store/containers.ts';
import { journalsOf } from '../journals.ts';

/**
 * What the container's creation has found out, and a start stands on: its image, its name, its volumes. What belonged to its last
 * process is found out again. @throws TsstepError container-state
 */
export function knownAgain(root: string, { config, state }: Container): Partial<Known> {
  const journals = journalsOf(root, config.id);
  const journalled = journals.at(-1);
  if (!journalled) throw withoutJournal(config.name);
  if (journals.some(({ result }) => result === 'kept')) throw wasKept(config.name);
  const { lookup, image, answers, volumes = {}, volumesFrom } = journalled.known;
  const hasRun = state.startedAt !== undefined;
  return {
    id: config.id,
    name: config.name,
    created: config.created,
    ...(lookup && { lookup }),
    ...(image && { image }),
    ...(answers && { answers }),
    ...(volumesFrom && { volumesFrom }),
    // What the image has at a mount point was copied at the first start.
    volumes: Object.fromEntries(
      Object.entries(volumes).map(([volume, { path, fresh }]) => [volume, { path, fresh: fresh && !hasRun }]),
    ),
  };
}

function withoutJournal(name: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `cannot start container "${name}": the journal of its creation is gone`,
    why: 'what was made for it, and how it is taken back, is written down there and nowhere else',
    remedy: `tsstep rm ${name}, and create it again`,
  });
}

function wasKept(name: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `cannot start container "${name}": its creation was left half-done`,
    why: 'somebody who stepped through it chose to keep it as it was, and its init still waits',
    remedy: `tsstep rm -f ${name}`,
  });
}
