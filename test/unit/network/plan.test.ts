import { describe, expect, it } from 'vitest';
import { type Known, learn } from '../../../core/known.ts';
import { droppingChains } from '../../../core/network/firewall.ts';
import { nextLease } from '../../../core/network/leases.ts';
import { keyed } from '../../../core/network/publish.ts';
import type { Operation } from '../../../core/operation.ts';
import type { EndpointSpec, PortMapping, Spec } from '../../../core/spec/types.ts';
import { network } from '../../../core/stages/network.ts';

const id = '0123456789abcdef'.repeat(4);
const lease = nextLease('tsstep0', '172.30.0.0/24', []);
const web: PortMapping = { ip: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' };

const specOf = (mode: Spec['network'], publish: readonly PortMapping[] = []) =>
  ({ network: mode, publish, addHosts: [] }) as unknown as Spec;
const start = { host: { root: '/state' }, id, init: { pid: 42, startTime: '1' } } as unknown as Known;

/** Steps through the stage with these outcomes, checking that what has been performed never changes. */
function walk(spec: Spec, known: Known, outcomes: Record<string, unknown>): readonly Operation[] {
  for (let done = 0, before: readonly Operation[] = []; ; done++) {
    const plan = network.plan(spec, known);
    expect(plan.slice(0, done)).toEqual(before.slice(0, done));
    const next = plan[done];
    if (!next) return plan;
    if (next.saves) known = learn(known, next.saves, outcomes[next.name]);
    before = plan;
  }
}

const named = (operations: readonly Operation[], name: string): Operation | undefined =>
  operations.find((operation) => operation.name === name);
const published = (publish: readonly PortMapping[], outcomes: Record<string, unknown>): string => {
  const operation = named(walk(specOf('bridge', publish), start, { lease, ...outcomes }), 'publish');
  return operation?.kind === 'command' ? (operation.stdin ?? '') : '';
};

describe('the plan of a bridge network', () => {
  it('goes from the address over bridge and cable to the published port', () => {
    const names = walk(specOf('bridge', [web]), start, { lease, 'reserve-80/tcp': 8080 }).map(
      ({ name }) => name,
    );
    expect(names).toEqual(
      'lease bridge forwarding loopback nat veth move eth0 address loopback-up up route low-ports ping-groups hosts reserve-80/tcp publish'.split(
        ' ',
      ),
    );
  });

  it('has unique names, also when a container port is published three times', () => {
    const publish = [web, { ...web, hostPort: 0 }, { ...web, ip: '127.0.0.1', hostPort: 81 }];
    const names = walk(specOf('bridge', publish), start, {
      lease,
      'reserve-0.0.0.0:80/tcp': 8080,
      'reserve-0.0.0.0:80/tcp#2': 40000,
      'reserve-127.0.0.1:80/tcp': 81,
    }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('publish');
  });

  it('names interfaces within the 15 characters that the kernel takes', () => {
    const veth = named(walk(specOf('bridge'), start, { lease }), 'veth');
    const words = veth?.kind === 'command' ? (veth.stdin ?? '').match(/ts[sp][0-9a-f]+/g) : [];
    expect(new Set(words)).toEqual(new Set(['tss01234567', 'tsp01234567']));
  });

  it('makes way in iptables only where its FORWARD chain drops', () => {
    expect(named(walk(specOf('bridge'), start, { lease }), 'forward-accept')).toBeUndefined();
    const dropping = {
      ...start,
      host: { root: '/state', forwardDropper: 'iptables-nft' },
    } as unknown as Known;
    const operation = named(walk(specOf('bridge'), dropping, { lease }), 'forward-accept');
    expect(operation?.kind === 'share' && operation.make).toHaveLength(3);
  });

  it('refuses to publish on IPv6 before anything is done', () => {
    expect(() => network.plan(specOf('bridge', [{ ...web, ip: '::1' }]), start)).toThrow(
      'cannot publish on [::1]:8080',
    );
  });
});

describe('publishing', () => {
  it('on all addresses leaves packets that claim to be for 127.0.0.1 but come from outside untranslated', () => {
    expect(published([web], { 'reserve-80/tcp': 8080 })).toBe(`table ip tsstep-0123456789ab {
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 dnat to 172.30.0.2:80
  }
  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local tcp dport 8080 dnat to 172.30.0.2:80
  }
}
`);
  });

  it('on 127.0.0.1 concerns only what the host itself sends', () => {
    const rules = published([{ ...web, ip: '127.0.0.1' }], { 'reserve-80/tcp': 8080 });
    expect(rules.match(/dnat to/g)).toHaveLength(1);
    expect(rules.split('chain output')[1]).toContain(
      'ip daddr 127.0.0.1 tcp dport 8080 dnat to 172.30.0.2:80',
    );
  });

  it('uses the port that the kernel chose where any was asked for', () => {
    expect(published([{ ...web, hostPort: 0 }], { 'reserve-80/tcp': 45678 })).toContain('tcp dport 45678');
  });

  it('keeps two host ports for one container port apart', () => {
    expect(keyed([web, web]).map(({ key }) => key)).toEqual(['0.0.0.0:80/tcp', '0.0.0.0:80/tcp#2']);
  });
});

describe('without a bridge', () => {
  it('mode none brings loopback up, and lets any user use its ports', () => {
    expect(network.plan(specOf('none'), start).map(({ name }) => name)).toEqual([
      'loopback-up',
      'low-ports',
      'ping-groups',
    ]);
  });

  it.each([['host' as const], [{ container: 'other' }]])('mode %j has nothing left to do', (mode) => {
    expect(network.plan(specOf(mode, [web]), start)).toEqual([]);
  });
});

it('chains that drop what is forwarded are found among those that nft lists', () => {
  const chain = (family: string, table: string, name: string, hook: string, policy: string) => ({
    chain: { family, table, name, hook, policy },
  });
  const json = JSON.stringify({
    nftables: [
      { metainfo: {} },
      chain('ip', 'filter', 'FORWARD', 'forward', 'drop'),
      chain('ip', 'filter', 'INPUT', 'input', 'drop'),
      chain('ip6', 'filter', 'FORWARD', 'forward', 'drop'),
      chain('inet', 'filter', 'forward', 'forward', 'accept'),
      { chain: { family: 'ip', table: 'filter', name: 'DOCKER-USER' } },
    ],
  });
  expect(droppingChains(json)).toEqual([{ family: 'ip', table: 'filter', name: 'FORWARD' }]);
});

describe('the plan of a network of one’s own', () => {
  const shop = {
    id: 'ab'.repeat(32),
    name: 'shop',
    bridge: 'ts-abababababab',
    subnet: '10.9.0.0/24',
    gateway: '10.9.0.1',
    configured: true,
    internal: false,
    masquerade: true,
  };
  const own = nextLease(shop.bridge, shop.subnet, []);
  const known = { ...start, name: 'web' };
  const specIn = (networks: readonly string[], more: Partial<EndpointSpec> = {}) => ({
    ...specOf({ network: networks[0] ?? '' }, [web]),
    endpoints: networks.map((network) => ({ network, ...more })),
  });
  const text = (operation: Operation | undefined): string => JSON.stringify(operation);

  it('looks the network up, and ends with the names', () => {
    const outcomes = { 'find-network': shop, lease: own, 'reserve-80/tcp': 8080 };
    const operations = walk(specIn(['shop'], { aliases: ['www'] }), known, outcomes);
    expect(operations.map(({ name }) => name).join(' ')).toBe(
      'find-network lease bridge forwarding loopback nat veth move eth0 address loopback-up up route low-ports ping-groups hosts names reserve-80/tcp publish',
    );
    expect(named(operations, 'names')).toMatchObject({
      network: shop.bridge,
      address: '10.9.0.2',
      names: ['web', 'www', id.slice(0, 12)],
      undo: { at: 'exit', do: { kind: 'leave-names', network: shop.bridge, holder: id } },
    });
    expect(text(named(operations, 'nat'))).toContain('ts-*');
  });

  it('has no way out and no published port where it is internal', () => {
    const outcomes = { 'find-network': { ...shop, internal: true }, lease: own };
    const operations = walk(
      specIn(['shop']),
      { ...known, host: { ...known.host, forwardDropper: 'iptables-nft' } },
      outcomes,
    );
    expect(operations.map(({ name }) => name).join(' ')).toBe(
      'find-network lease bridge nat veth move eth0 address loopback-up up low-ports ping-groups hosts names',
    );
    expect(text(named(operations, 'nat'))).not.toContain('masquerade');
  });

  it('leads out by the first network that is not internal, each with operations of its own', () => {
    const outcomes = {
      'find-network': { ...shop, internal: true },
      lease: own,
      'lease-2': lease,
      'reserve-80/tcp': 8080,
    };
    const operations = walk(specIn(['shop', 'bridge']), known, outcomes);
    const names = operations.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['veth-2', 'eth1', 'route-2', 'forwarding-2', 'publish']));
    expect(names).not.toContain('route');
    expect(new Set(names).size).toBe(names.length);
    expect(text(named(operations, 'publish'))).toContain(`dnat to ${lease.address}:80`);
  });

  it('refuses an address where the subnet was chosen by tsstep', () => {
    const outcomes = { 'find-network': { ...shop, configured: false } };
    expect(() => walk(specIn(['shop'], { ip: '10.9.0.9' }), known, outcomes)).toThrow(
      'user configured subnets',
    );
  });
});
