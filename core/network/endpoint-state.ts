/** Where a running container is: what state.json keeps of each of its networks. */
import { createHash } from 'node:crypto';
import type { Known, Lease } from '../known.ts';
import type { Spec } from '../spec/types.ts';
import { type Place, placesOf } from './endpoint.ts';
import { builtIns } from './network.ts';

export interface Endpoint extends Lease {
  networkId: string;
  /** 64 hex digits. */
  endpointId: string;
  /** Of the interface: 1 is eth1. */
  index: number;
  /** Absent: the network leads out. */
  internal?: true;
  /** The default route leads through it, and published ports lead here. */
  wayOut?: true;
  aliases: readonly string[];
}

/** By the network's name. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

/** What is kept of a place, now that it has an address. */
export function endpointAt(
  root: string,
  id: string,
  { endpoint, own, lease, index, wayOut }: Place,
): [name: string, endpoint: Endpoint][] {
  if (!lease) return [];
  const name = own?.name ?? endpoint.network;
  const networkId = own?.id ?? builtIns(root).find((one) => one.name === endpoint.network)?.id ?? '';
  const state: Endpoint = {
    ...lease,
    networkId,
    // Docker draws it; two IDs that are random already make one that is as good.
    endpointId: createHash('sha256').update(`${id} ${networkId}`).digest('hex'),
    index,
    ...(own?.internal && { internal: true }),
    ...(wayOut && { wayOut }),
    aliases: endpoint.aliases ?? [],
  };
  return [[name, state]];
}

/** Of a container that has just been started. */
export function endpointsIn(spec: Spec, known: Known): Endpoints {
  const { root } = known.host;
  return Object.fromEntries(
    placesOf(spec, known).flatMap((place) => endpointAt(root, known.id ?? '', place)),
  );
}

/** Where the default route leads. */
export const wayOut = (endpoints: Endpoints): [name: string, endpoint: Endpoint] | undefined =>
  Object.entries(endpoints).find(([, endpoint]) => endpoint.wayOut);

/** Where it could lead: the first network, by its interface, that leads out. */
export const nextWayOut = (endpoints: Endpoints): [name: string, endpoint: Endpoint] | undefined =>
  Object.entries(endpoints)
    .filter(([, { internal }]) => !internal)
    .sort(([, a], [, b]) => a.index - b.index)[0];
