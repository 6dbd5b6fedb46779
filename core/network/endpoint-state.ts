/** Where a running container is: what state.json keeps of each of its networks. */
import { createHash } from 'node:crypto';
import type { Known, KnownNetwork, Lease } from '../known.ts';
import type { EndpointSpec, Spec } from '../spec/types.ts';
import { endpointsOf } from './endpoint.ts';
import { builtIns } from './network.ts';

export interface Endpoint extends Lease {
  networkId: string;
  /** 64 hex digits. */
  endpointId: string;
  /** Of the interface: 1 is eth1. */
  index: number;
  /** Absent: the network leads out. */
  internal?: true;
  aliases: readonly string[];
}

/** By the network's name. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

export function endpointOf({
  root,
  id,
  spec,
  own,
  lease,
  index,
}: {
  root: string;
  id: string;
  spec: EndpointSpec;
  own: KnownNetwork | undefined;
  lease: Lease;
  index: number;
}): [string, Endpoint] {
  const name = own?.name ?? spec.network;
  const networkId = own?.id ?? builtIns(root).find((one) => one.name === spec.network)?.id ?? '';
  const endpoint: Endpoint = {
    ...lease,
    networkId,
    // Docker draws it; two IDs that are random already make one that is as good.
    endpointId: createHash('sha256').update(`${id} ${networkId}`).digest('hex'),
    index,
    ...(own?.internal && { internal: true }),
    aliases: spec.aliases ?? [],
  };
  return [name, endpoint];
}

/** Of a container that has just been started. */
export function endpointsIn(spec: Spec, known: Known): Endpoints {
  const { id = '', host, networks, lease: first, leases } = known;
  return Object.fromEntries(
    endpointsOf(spec).flatMap((endpoint, index) => {
      const lease = index === 0 ? first : leases?.[endpoint.network];
      const own = networks?.[endpoint.network];
      return lease ? [endpointOf({ root: host.root, id, spec: endpoint, own, lease, index })] : [];
    }),
  );
}

/** Where the default route leads: the first network, by its interface, that leads out. */
export function wayOut(endpoints: Endpoints): [name: string, endpoint: Endpoint] | undefined {
  return Object.entries(endpoints)
    .filter(([, { internal }]) => !internal)
    .sort(([, a], [, b]) => a.index - b.index)[0];
}
