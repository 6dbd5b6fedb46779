/** The bridge that a network's containers are plugged into, and the two kernel settings that its traffic needs. */
import type { KnownNetwork, Lease } from '../known.ts';
import type { Operation } from '../operation.ts';
import { macOf, parseAddress } from './ipv4.ts';

/** The bridge of docker's network `bridge`. */
export const BRIDGE = 'tsstep0';

export function findNetworkNamed(reference: string): Operation {
  return {
    kind: 'find-network',
    where: 'host',
    name: 'find-network',
    reference,
    why: 'What was settled when the network was made: its subnet, its gateway, whether it has a way out.',
    undo: 'nothing',
    saves: `networks.${reference}`,
  };
}

/** Absent `own`: the default network, whose subnet is chosen when it is needed. */
export function leaseAddress(holder: string, own?: KnownNetwork, ip?: string): Operation {
  const network = own?.bridge ?? BRIDGE;
  const pool = own && {
    id: own.id,
    subnet: own.subnet,
    gateway: own.gateway,
    ...(own.range !== undefined && { range: own.range }),
  };
  return {
    kind: 'lease',
    where: 'host',
    name: 'lease',
    network,
    holder,
    ...(pool && { pool }),
    ...(ip !== undefined && { ip }),
    why: pool
      ? 'An address of the network’s subnet that no other container has.'
      : 'Choose an address that no other container has, in a subnet that none of the host’s routes leads to.',
    undo: { at: 'exit', do: { kind: 'release-lease', network, holder } },
    saves: 'lease',
  };
}

/**
 * The MAC address is set because a bridge without one takes the lowest of its ports': it would change as containers come and
 * go, and their ARP caches would be wrong.
 */
export function shareBridge({ bridge, gateway, prefix }: Lease, holder: string, mtu?: number): Operation {
  const stdin = [
    `link add name ${bridge} address ${macOf(parseAddress(gateway) ?? 0)}${mtu === undefined ? '' : ` mtu ${mtu}`} type bridge`,
    `address add ${gateway}/${prefix} broadcast + dev ${bridge}`,
    `link set dev ${bridge} up`,
    '',
  ].join('\n');
  return {
    kind: 'share',
    where: 'host',
    name: 'bridge',
    resource: `bridge-${bridge}`,
    holder,
    // Not /sys/class/net: /proc/sys/net is always that of the reader's network namespace, /sys that of whoever mounted it.
    check: { path: `/proc/sys/net/ipv4/conf/${bridge}` },
    make: [{ kind: 'command', argv: ['ip', '-batch', '-'], stdin }],
    why: 'A bridge is a switch made of software: containers plug into it, and through its own address the host takes part.',
    undo: {
      at: 'exit',
      do: {
        kind: 'release',
        resource: `bridge-${bridge}`,
        holder,
        unmake: [{ kind: 'command', argv: ['ip', 'link', 'delete', 'dev', bridge] }],
      },
    },
  };
}

/** A sysctl set to 1 while containers need it, and then back to what it was. */
function shareSetting(
  name: string,
  resource: string,
  path: string,
  holder: string,
  why: string,
  disturbs: readonly string[] = [],
): Operation {
  return {
    kind: 'share',
    where: 'host',
    name,
    resource,
    holder,
    check: { path, content: '1' },
    make: [{ kind: 'write', path, data: '1', save: true, ...(disturbs.length > 0 && { disturbs }) }],
    why,
    undo: { at: 'exit', do: { kind: 'release', resource, holder, unmake: [{ kind: 'restore', path }] } },
  };
}

/**
 * kernel: Documentation/networking/ip-sysctl.rst, ip_forward: a change of it "resets all configuration parameters to their default
 * state", which is to say: every interface's forwarding, and whether redirects are accepted (net/ipv4/devinet.c,
 * inet_forward_change).
 */
export function shareForwarding(holder: string): Operation {
  const why =
    'The host has to pass packets between the bridge and its other interfaces: it becomes a router.';
  const conf = '/proc/sys/net/ipv4/conf';
  const disturbs = [`${conf}/all/accept_redirects`, `${conf}/*/forwarding`];
  return shareSetting('forwarding', 'ip-forward', '/proc/sys/net/ipv4/ip_forward', holder, why, disturbs);
}

/** kernel: ip-sysctl.rst, route_localnet. The hole that it opens is closed in the nat table (CVE-2020-8558 was such a one). */
export function shareLocalnet({ bridge }: Lease, holder: string): Operation {
  const path = `/proc/sys/net/ipv4/conf/${bridge}/route_localnet`;
  const why =
    'Linux never sends packets for 127.0.0.1 out of an interface; a port published there has to reach the bridge.';
  return shareSetting('loopback', `route-localnet-${bridge}`, path, holder, why);
}
