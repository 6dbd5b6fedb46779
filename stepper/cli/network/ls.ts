/** `tsstep network ls`: the networks that there are, in docker's columns. */
import { holdersOf } from '../../../core/network/create.ts';
import { networkFilter, networkFilters } from '../../../core/network/filters.ts';
import type { Network } from '../../../core/network/network.ts';
import { listNetworks } from '../../../core/network/store.ts';
import { goTime } from '../format/duration.ts';
import { printIds, printRows } from '../format/print.ts';
import type { Columns } from '../format/rows.ts';
import { shortId } from '../format/text.ts';
import { openState } from '../state.ts';

interface Flags {
  quiet?: boolean;
  /** false: --no-trunc. */
  trunc?: boolean;
  filter?: readonly string[];
  format?: string;
}

export function ls({ quiet = false, trunc = true, filter = [], format }: Flags): number {
  const { root, run } = openState('network ls');
  const passes = networkFilter(filter, networkFilters, Date.now());
  const rows = listNetworks(root)
    .filter((network) => passes({ network, inUse: holdersOf(run, network).length > 0 }))
    .map((network) => rowOf(network, trunc));
  if (quiet) printIds(rows);
  else printRows(rows, format, columns);
  return 0;
}

/** The keys of `docker network ls --format json`. */
function rowOf({ id, name, driver, created, internal, labels }: Network, truncate: boolean) {
  return {
    CreatedAt: goTime(created),
    Driver: driver,
    ID: truncate ? shortId(id) : id,
    IPv6: 'false',
    Internal: String(internal),
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
    Name: name,
    Scope: 'local',
  };
}

const columns: Columns<ReturnType<typeof rowOf>> = {
  headings: {
    CreatedAt: 'CREATED AT',
    Driver: 'DRIVER',
    ID: 'NETWORK ID',
    IPv6: 'IPV6',
    Internal: 'INTERNAL',
    Labels: 'LABELS',
    Name: 'NAME',
    Scope: 'SCOPE',
  },
  shown: ['ID', 'Name', 'Driver', 'Scope'],
};
