import type { Known } from '../known.ts';
import {
  configure,
  endpointsOf,
  findAddress,
  isDefault,
  joinNames,
  type Place,
  plugIn,
} from '../network/endpoint.ts';
import { publishPorts, refuseIpv6, reservePorts } from '../network/publish.ts';
import { networkSettings } from '../network/settings.ts';
import { loopbackUp } from '../network/veth.ts';
import type { Operation } from '../operation.ts';
import { containerFiles, need } from '../paths.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';
import { hostsFile } from '../store/identity-files.ts';

function hosts(spec: Spec, known: Known, id: string): Operation {
  return {
    kind: 'write-file',
    where: 'host',
    name: 'hosts',
    path: containerFiles(known.host.root, id).hosts,
    data: hostsFile(spec, known),
    mode: 0o644,
    why: 'Now that the address is known, the container can find itself by its own hostname.',
    undo: 'nothing',
  };
}

/** In the order of the interfaces. The first one that leads out of the machine is the way out. */
export function placesOf(spec: Spec, known: Known): Place[] {
  const places = endpointsOf(spec).map((endpoint, index) => ({
    endpoint,
    own: known.networks?.[endpoint.network],
    lease: index === 0 ? known.lease : known.leases?.[endpoint.network],
    index,
  }));
  const out = places.find(({ endpoint, own }) => isDefault(endpoint) || own?.internal === false);
  return places.map((place) => ({ ...place, wayOut: place === out }));
}

/** The second network's operations have names and places of their own: `lease-2` is kept as `leases.NAME`. */
function further(operation: Operation, { index, endpoint }: Place): Operation {
  if (index === 0) return operation;
  const name = operation.name === `eth${index}` ? operation.name : `${operation.name}-${index + 1}`;
  return {
    ...operation,
    name,
    ...(operation.saves === 'lease' && { saves: `leases.${endpoint.network}` as const }),
  };
}

/** undefined: something has to be found out before it can be planned any further. */
function connected(place: Place, known: Known, id: string): { operations: Operation[]; whole: boolean } {
  const first = findAddress(id, place);
  const { lease } = place;
  if (!lease) return { operations: first, whole: false };
  const host = plugIn(lease, id, place, known);
  if (!known.init) return { operations: [...first, ...host], whole: false };
  return { operations: [...first, ...host, ...configure(lease, id, known.init.pid, place)], whole: true };
}

function ownNetwork(spec: Spec, known: Known): Operation[] {
  refuseIpv6(spec.publish);
  const id = need(known, 'id');
  const places = placesOf(spec, known);
  const operations: Operation[] = [];
  for (const place of places) {
    const next = connected(place, known, id);
    operations.push(...next.operations.map((operation) => further(operation, place)));
    if (!next.whole) return operations;
  }
  const names = places.flatMap((place) =>
    place.lease
      ? joinNames(place.lease, id, known.name ?? '', place).map((operation) => further(operation, place))
      : [],
  );
  operations.push(...networkSettings(), hosts(spec, known, id), ...names);
  const out = places.find(({ wayOut }) => wayOut)?.lease;
  // As with docker, nothing leads into an internal network.
  if (out)
    operations.push(...reservePorts(spec.publish), ...publishPorts(spec.publish, out, id, known.ports));
  return operations;
}

/** Host and container:ID bring a network that is ready: the namespaces stage has joined it, or never left it. */
function plan(spec: Spec, known: Known): Operation[] {
  if (spec.network === 'host' || (typeof spec.network === 'object' && 'container' in spec.network)) return [];
  if (endpointsOf(spec).length > 0) return ownNetwork(spec, known);
  return known.init ? [loopbackUp(known.init.pid), ...networkSettings()] : [];
}

export const network: Stage = {
  name: 'network',
  summary:
    'Connect the container’s network namespace to the host’s with a virtual cable, a bridge and address translation.',
  plan,
};
