/** `tsstep network rm` and `prune`: networks that no running container is in. */
import { holdersOf, removeNetwork } from '../../../core/network/create.ts';
import { networkFilter, networkPruneFilters } from '../../../core/network/filters.ts';
import { findNetwork, ownNetworks } from '../../../core/network/store.ts';
import { confirm } from '../confirm.ts';
import { forEach, openStateAsRoot } from '../state.ts';

export async function rm(references: readonly string[]): Promise<number> {
  const places = openStateAsRoot('network rm');
  return await forEach(references, async (reference) => {
    await removeNetwork(places, findNetwork(places.root, reference));
    process.stdout.write(`${reference}\n`);
  });
}

const WARNING = 'WARNING! This will remove all custom networks not used by at least one container.';

export async function prune({
  force = false,
  filter = [],
}: {
  force?: boolean;
  filter?: readonly string[];
}): Promise<number> {
  const places = openStateAsRoot('network prune');
  const passes = networkFilter(filter, networkPruneFilters, Date.now());
  if (!force && !(await confirm(WARNING))) return 0;
  const unused = ownNetworks(places.root).filter(
    (network) => holdersOf(places.run, network).length === 0 && passes({ network, inUse: false }),
  );
  const removed: string[] = [];
  const code = await forEach(
    unused.map(({ name }) => name),
    async (name) => {
      await removeNetwork(places, findNetwork(places.root, name));
      removed.push(`${name}\n`);
    },
  );
  if (removed.length > 0) process.stdout.write(`Deleted Networks:\n${removed.join('')}\n`);
  return code;
}
