/**
 * Putting a running container into one more network, and taking it out of one: the network stage for a container that is there
 * already. Both are stages of that name, made for one container and one network.
 */
import type { HostFacts, Known, KnownNetwork } from '../known.ts';
import { configure, findAddress, isDefault, joinNames, type Place, plugIn } from '../network/endpoint.ts';
import { type Endpoint, type Endpoints, nextWayOut, wayOut } from '../network/endpoint-state.ts';
import { publishPorts } from '../network/publish.ts';
import { defaultRoute } from '../network/veth.ts';
import type { Operation } from '../operation.ts';
import { need } from '../paths.ts';
import type { EndpointSpec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';

/** @param there the networks that the container is in already */
export function placeBeside(endpoint: EndpointSpec, there: Endpoints, known: Known): Place {
  const used = new Set(Object.values(there).map(({ index }) => index));
  let index = 0;
  while (used.has(index)) index++;
  const own = known.networks?.[endpoint.network];
  const leadsOut = isDefault(endpoint) || own?.internal === false;
  return { endpoint, own, lease: known.lease, index, wayOut: leadsOut && wayOut(there) === undefined };
}

/** @param there the networks that the container is in already */
export function connecting(endpoint: EndpointSpec, there: Endpoints): Stage {
  return {
    name: 'network',
    summary: `Connect the running container to the network ${endpoint.network}, with one more virtual cable.`,
    plan: ({ publish }, known) => {
      const id = need(known, 'id');
      const { pid } = need(known, 'init');
      const place = placeBeside(endpoint, there, known);
      const first = findAddress(id, place);
      const { lease } = place;
      if (!lease) return first;
      return [
        ...first,
        ...plugIn(lease, id, place, known),
        ...configure(lease, id, pid, place),
        ...joinNames(lease, id, known.name ?? '', place),
        ...(place.wayOut ? publishPorts(publish, lease, id, known.ports) : []),
      ];
    },
  };
}

/** As the operations that put it there would have needed it. */
const networkOf = (
  name: string,
  { networkId, bridge, subnet, gateway, internal }: Endpoint,
): KnownNetwork => ({
  id: networkId,
  name,
  bridge,
  subnet,
  gateway,
  configured: true,
  internal: internal === true,
  masquerade: true,
});

/** Last first: each operation of the connecting that would be taken back at the container's end is taken back now. */
function takeBack(operations: readonly Operation[]): Operation[] {
  return operations.toReversed().flatMap(({ name, undo }): Operation[] => {
    if (typeof undo === 'string') return [];
    return [
      {
        kind: 'take-back',
        where: 'host',
        name: `undo-${name}`,
        do: undo.do,
        why: `What “${name}” has done for this container goes now, and not only at its end.`,
        undo: 'nothing',
      },
    ];
  });
}

/** @param there all networks that the container is in, `name` among them @param pid absent: its process is gone */
export function leaving(name: string, there: Endpoints, host: HostFacts, pid?: number): Stage {
  const { [name]: endpoint, ...others } = there;
  const isOut = wayOut(there)?.[0] === name;
  const next = isOut ? nextWayOut(others)?.[1] : undefined;
  return {
    name: 'network',
    summary: `Take the container out of the network ${name}: what connecting it has made goes, the last step first.`,
    plan: ({ publish }, known) => {
      if (!endpoint) return [];
      const id = need(known, 'id');
      const own = name === 'bridge' ? undefined : networkOf(name, endpoint);
      const place: Place = {
        endpoint: { network: name },
        own,
        lease: endpoint,
        index: endpoint.index,
        // While there is another way out, the host goes on passing packets for this container.
        wayOut: isOut && next === undefined,
      };
      return [
        ...takeBack([
          ...findAddress(id, place),
          ...plugIn(endpoint, id, place, { host }),
          ...joinNames(endpoint, id, known.name ?? '', place),
          ...(isOut ? publishPorts(publish, endpoint, id, known.ports) : []),
        ]),
        ...(next && pid !== undefined
          ? [defaultRoute(next, pid), ...publishPorts(publish, next, id, known.ports)]
          : []),
      ];
    },
  };
}
