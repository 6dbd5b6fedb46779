import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNetwork, type NewNetwork, removeNetwork } from '../../../core/network/create.ts';
import { networkFilter, networkFilters } from '../../../core/network/filters.ts';
import { findNetwork, listNetworks } from '../../../core/network/store.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsstep-networks-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const plain = { internal: false, labels: {}, options: {} };
const create = async (name: string, more: Partial<NewNetwork> = {}) =>
  await createNetwork(
    { root, run: root },
    { name, ...plain, subnet: '198.51.100.0/24', ...more },
    async () =>
      await Promise.resolve([
        { dst: 'default', dev: 'w0' },
        { dst: '127.0.0.0/8', dev: 'lo' },
      ]),
  );

describe('a network', () => {
  it('has the subnet that was asked for, its first address as gateway, and is found by name, ID and prefix', async () => {
    const made = await create('shop', { subnet: '198.51.100.77/24', range: '198.51.100.128/25' });
    expect(made).toMatchObject({
      subnet: '198.51.100.0/24',
      gateway: '198.51.100.1',
      range: '198.51.100.128/25',
    });
    for (const reference of ['shop', made.id, made.id.slice(0, 6)])
      expect(findNetwork(root, reference)).toEqual(made);
    expect(listNetworks(root).map(({ name }) => name)).toEqual(['bridge', 'host', 'none', 'shop']);
    await removeNetwork({ root, run: root }, made);
    expect(() => findNetwork(root, 'shop')).toThrow('No such network: shop');
  });

  it.each([
    [{ name: 'shop' }, 'network with name shop already exists'],
    [{ name: 'bridge' }, 'operation is not permitted on predefined bridge network'],
    [{ name: 'a b' }, 'invalid network name'],
    [{ subnet: '198.51.100.128/25' }, 'Pool overlaps'],
    [{ subnet: '127.0.0.0/8' }, 'overlaps a route'],
    [{ subnet: '203.0.113.0' }, 'invalid CIDR address'],
    [{ subnet: 'fd00::/64' }, 'invalid CIDR address'],
    [{ subnet: '203.0.113.0/31' }, 'cannot be used'],
    [{ subnet: '203.0.113.0/24', gateway: '198.51.100.1' }, 'no matching subnet for gateway'],
    [{ subnet: '203.0.113.0/24', gateway: '203.0.113.0' }, 'no matching subnet for gateway'],
    [{ subnet: '203.0.113.0/24', range: '203.0.112.0/23' }, 'no matching subnet for range'],
    [{ subnet: undefined, gateway: '203.0.113.1' }, 'every ip-range or gateway must have'],
    [{ options: { 'com.docker.network.bridge.enable_icc': 'false' } }, 'is not supported'],
    [{ options: { 'com.docker.network.driver.mtu': '9' } }, 'cannot be used'],
  ] as const)('that is %j is refused', async (more, what) => {
    await create('shop');
    await expect(create('other', more as Partial<NewNetwork>)).rejects.toThrow(what);
    expect(listNetworks(root)).toHaveLength(4);
  });

  it('of docker’s own cannot be removed', async () => {
    await expect(removeNetwork({ root, run: root }, findNetwork(root, 'host'))).rejects.toThrow(
      'host is a pre-defined network and cannot be removed',
    );
  });

  it('passes docker’s filters, all labels and any of the others', async () => {
    await create('shop', { labels: { tier: 'back', x: '' } });
    const names = (...filters: string[]) => {
      const passes = networkFilter(filters, networkFilters, Date.now());
      return listNetworks(root)
        .filter((network) => passes({ network, inUse: false }))
        .map(({ name }) => name);
    };
    expect(names('driver=bridge')).toEqual(['bridge', 'shop']);
    expect(names('name=o', 'name=br')).toEqual(['bridge', 'host', 'none', 'shop']);
    expect(names('label=tier=back', 'label=x')).toEqual(['shop']);
    expect(names('label=tier', 'label=y')).toEqual([]);
    expect(names('type=builtin', 'scope=local')).toEqual(['bridge', 'host', 'none']);
    expect(names('dangling=true')).toEqual(['shop']);
    expect(() => names('color=red')).toThrow('Invalid filter');
  });
});
