/** Everything on this host that a run of tsstep can have made, each with whose it is: who compares that with who lives has the leaks. */
import type { Places } from '../../known.ts';
import {
  directories,
  heldBy,
  holds,
  leases,
  memberships,
  nameLinks,
  partialImages,
  partialLayers,
} from './files.ts';
import type { Found, Owner } from './found.ts';
import { cgroups, links, mounts, tables } from './kernel-objects.ts';
import { inits, placesInUse } from './processes.ts';

export type { Found, Owner };
export { heldBy, placesInUse };

/** `journalled`: IDs of the containers that have a journal. Nothing that does not exist is an error, the directories included. */
export function findTraces(places: Places, journalled: ReadonlySet<string>): Found[] {
  return [
    ...inits(),
    ...mounts(places.root),
    ...links(),
    ...tables(),
    ...cgroups(),
    ...leases(places),
    ...memberships(places),
    ...holds(places),
    ...nameLinks(places),
    ...directories(places, journalled),
    ...partialLayers(places),
    ...partialImages(places),
  ];
}
