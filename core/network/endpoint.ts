/** A container's place in a network: its address there, the cable to the bridge, its names. */
import { TsstepError } from '../errors.ts';
import type { Known, KnownNetwork, Lease } from '../known.ts';
import type { Operation } from '../operation.ts';
import type { EndpointSpec, Spec } from '../spec/types.ts';
import { findNetworkNamed, leaseAddress, shareBridge, shareForwarding, shareLocalnet } from './bridge.ts';
import { shareForwardAccept, shareNat } from './firewall.ts';
import { addPair, configurePeer, defaultRoute, movePeer } from './veth.ts';

/** Docker's default network is no place for names. */
export const isDefault = ({ network }: EndpointSpec): boolean => network === 'bridge';

/** The networks that a container is in; none where it shares another's namespace, or has only a loopback. */
export function endpointsOf({
  network,
  endpoints,
}: Pick<Spec, 'network' | 'endpoints'>): readonly EndpointSpec[] {
  if (endpoints) return endpoints;
  if (network === 'bridge') return [{ network }];
  return typeof network === 'object' && 'network' in network ? [{ network: network.network }] : [];
}

export interface Place {
  endpoint: EndpointSpec;
  /** undefined: the default network, or one that is not known yet. */
  own: KnownNetwork | undefined;
  lease: Lease | undefined;
  /** Of the interface: 1 is eth1. */
  index: number;
  /** The default route leads this way, and published ports lead here. */
  wayOut: boolean;
}

/** Ahead of the lease, and the lease itself. */
export function findAddress(id: string, { endpoint, own }: Place): Operation[] {
  if (isDefault(endpoint)) return [leaseAddress(id)];
  const first = findNetworkNamed(endpoint.network);
  if (own && !own.configured && endpoint.ip !== undefined) throw notConfigured(own.name, endpoint.ip);
  return own ? [first, leaseAddress(id, own, endpoint.ip)] : [first];
}

/** As docker: another subnet could be chosen when the network is made once more. */
function notConfigured(name: string, ip: string): TsstepError {
  return new TsstepError({
    code: 'network',
    what: 'user specified IP address is supported only when connecting to networks with user configured subnets',
    why: `--ip ${ip} is asked for, and the subnet of ${name} was chosen by tsstep`,
    remedy: `leave --ip out, or make the network with one: tsstep network create --subnet …`,
  });
}

/** On the host's side, the cable being the last. */
export function plugIn(lease: Lease, id: string, place: Place, { host }: Pick<Known, 'host'>): Operation[] {
  const { own, index, wayOut } = place;
  const dropper = host.forwardDropper;
  const open = !own?.internal;
  return [
    shareBridge(lease, id, own?.mtu),
    ...(wayOut ? [shareForwarding(id)] : []),
    ...(open ? [shareLocalnet(lease, id)] : []),
    shareNat(lease, id, own),
    ...(open && dropper ? [shareForwardAccept(lease, dropper, id)] : []),
    addPair(lease, id, index, own?.mtu),
  ];
}

/** In the container's network namespace. */
export function configure(lease: Lease, id: string, pid: number, { index, wayOut }: Place): Operation[] {
  return [
    movePeer(id, pid, index),
    ...configurePeer(lease, id, pid, index),
    ...(wayOut ? [defaultRoute(lease, pid)] : []),
  ];
}

/** What others find it by. */
export const namesIn = ({ aliases = [] }: EndpointSpec, id: string, name: string): string[] => [
  ...new Set([name, ...aliases, id.slice(0, 12)]),
];

/** Nothing on the default network, as with docker. */
export function joinNames(lease: Lease, id: string, name: string, { endpoint }: Place): Operation[] {
  if (isDefault(endpoint)) return [];
  const { bridge: network, address } = lease;
  return [
    {
      kind: 'join-names',
      where: 'host',
      name: 'names',
      network,
      holder: id,
      address,
      names: namesIn(endpoint, id, name),
      why: 'The network’s containers find each other by name: in their hosts files, which are written anew whenever one comes or goes.',
      undo: { at: 'exit', do: { kind: 'leave-names', network, holder: id } },
    },
  ];
}
