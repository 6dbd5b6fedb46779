/** The cable: a pair of virtual interfaces, one end in the bridge, the other end becomes the container's eth0, eth1 … (veth(4)). */
import type { Lease } from '../known.ts';
import type { Operation } from '../operation.ts';

/**
 * At most 15 characters fit (IFNAMSIZ). The peer needs a name of its own until it is eth0 in its own namespace.
 * @param index of the interface in the container: 1 is eth1
 */
const nameOf = (end: 's' | 'p', id: string, index: number): string =>
  `ts${end}${id.slice(0, 8)}${index === 0 ? '' : `-${index}`}`;

export function addPair({ bridge }: Lease, id: string, index = 0, mtu?: number): Operation {
  const host = nameOf('s', id, index);
  const peer = nameOf('p', id, index);
  const size = mtu === undefined ? '' : ` mtu ${mtu}`;
  const stdin = [
    `link add name ${host}${size} type veth peer name ${peer}${size}`,
    `link set dev ${host} master ${bridge}`,
    // A bridge does not send a packet back out of the port it came from, and that is where a container's own published port is.
    `link set dev ${host} type bridge_slave hairpin on`,
    `link set dev ${host} up`,
    '',
  ].join('\n');
  return {
    kind: 'command',
    where: 'host',
    name: 'veth',
    argv: ['ip', '-batch', '-'],
    stdin,
    why: 'A pair of interfaces like the two ends of a cable: what goes into one comes out of the other. One end goes into the bridge.',
    undo: { at: 'exit', do: { kind: 'command', argv: ['ip', 'link', 'delete', 'dev', host] } },
  };
}

export function movePeer(id: string, pid: number, index = 0): Operation {
  return {
    kind: 'command',
    where: 'host',
    name: 'move',
    argv: ['ip', 'link', 'set', 'dev', nameOf('p', id, index), 'netns', String(pid)],
    why: 'Put the other end into the container’s network namespace: gone from the host’s list, there in the container’s.',
    undo: 'with-init',
  };
}

/** `ip` in the container's network namespace, with the host's own program: the image may have none. */
function inside(pid: number, name: string, ip: string, why: string): Operation {
  return {
    kind: 'command',
    where: 'host',
    name,
    argv: ['nsenter', `--net=/proc/${pid}/ns/net`, 'ip', ...ip.split(' ')],
    why,
    undo: 'with-init',
  };
}

export function loopbackUp(pid: number): Operation {
  return inside(
    pid,
    'loopback-up',
    'link set dev lo up',
    'Every network namespace has its own loopback, and it starts down: 127.0.0.1 would be unreachable.',
  );
}

export function configurePeer(
  { address, prefix, mac }: Lease,
  id: string,
  pid: number,
  index = 0,
): Operation[] {
  const eth = `eth${index}`;
  return [
    inside(
      pid,
      eth,
      `link set dev ${nameOf('p', id, index)} name ${eth} address ${mac}`,
      `Programs expect ${eth}. The MAC address holds the IP address, so that neighbours’ ARP caches stay right when a container gets an old one.`,
    ),
    inside(
      pid,
      'address',
      `address add ${address}/${prefix} broadcast + dev ${eth}`,
      'The container’s own address; with it comes a route to its neighbours on the bridge.',
    ),
    ...(index === 0 ? [loopbackUp(pid)] : []),
    inside(pid, 'up', `link set dev ${eth} up`, 'Switch the interface on: only now can packets pass.'),
  ];
}

export function defaultRoute({ gateway }: Lease, pid: number): Operation {
  return inside(
    pid,
    'route',
    `route add default via ${gateway}`,
    'Everything that is not a neighbour goes to the bridge’s address: the host is the container’s router.',
  );
}
