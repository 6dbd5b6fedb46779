/** The bridge network, seen from everywhere: container, host, a neighbour container, and a machine outside. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/containers.ts';
import { addressOf, gatewayOf, ipv4, links, named } from '../support/links.ts';
import { useOutside } from '../support/outside.ts';
import { ask, serve } from '../support/talk.ts';

const { sandbox, start, run, background } = useContainers();
const outside = useOutside(sandbox);

const listening = async (pid: number | undefined, protocol: 'tcp' | 'udp', port: number) =>
  background(await serve(sandbox, pid, protocol, port));

describe('a container on the bridge', () => {
  it('has eth0 with the leased address, the MAC made of it, a default route to the bridge, and lo up', async () => {
    const container = await start();
    const inside = await links(container);
    const eth0 = named(inside, 'eth0');
    const { local, prefixlen } = ipv4(eth0);
    const lease: unknown = JSON.parse(await sandbox.sh(`cat ${sandbox.root}/run/leases/tsstep0/*`));
    expect(lease).toMatchObject({ address: local, mac: eth0.address, prefix: prefixlen });
    const bytes = local.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
    expect(eth0.address).toBe(`02:42:${bytes.join(':')}`);
    expect(eth0.flags).toEqual(expect.arrayContaining(['UP', 'LOWER_UP']));
    expect(named(inside, 'lo').flags).toContain('UP');

    const bridge = named(await links(sandbox), 'tsstep0');
    expect(ipv4(bridge).prefixlen).toBe(prefixlen);
    expect(JSON.parse(await container.network('ip -j route'))).toEqual([
      expect.objectContaining({ dst: 'default', gateway: ipv4(bridge).local, dev: 'eth0' }),
      expect.objectContaining({ dev: 'eth0', prefsrc: local }),
    ]);
    const cable = (await links(sandbox)).filter(({ master }) => master === 'tsstep0');
    expect(cable.map(({ ifindex, link_index }) => [ifindex, link_index])).toEqual([
      [eth0.link_index, eth0.ifindex],
    ]);
  });

  it('knows its own name and address from /etc/hosts', async () => {
    const container = await start('--hostname box');
    const lines = readFileSync(container.file('/etc/hosts'), 'utf8').split('\n');
    expect(lines).toContain(`${await addressOf(container)}\tbox`);
    expect(readFileSync(container.file('/etc/hostname'), 'utf8')).toBe('box\n');
    expect((await container.shell('hostname')).stdout).toBe('box\n');
    // The first part of a full name is an alias, as docker has it.
    expect((await run('--hostname box.lab.example lab cat /etc/hosts')).stdout).toMatch(
      /\tbox\.lab\.example box\n/,
    );
  });

  it('is the host’s address to a server outside, by tcp and udp', async () => {
    await listening(outside.pid, 'tcp', 7000);
    await listening(outside.pid, 'udp', 7000);
    const { pid } = await start();
    expect(await ask(sandbox, pid, 'tcp', outside.address, 7000)).toBe(outside.host);
    expect(await ask(sandbox, pid, 'udp', outside.address, 7000)).toBe(outside.host);
  });

  it('cannot be reached from outside at a port that is not published', async () => {
    const container = await start();
    const address = await addressOf(container);
    await listening(container.pid, 'tcp', 80);
    await sandbox.sh(`nsenter --target ${outside.pid} --net ip route add ${address}/32 via ${outside.host}`);
    expect(await ask(sandbox, outside.pid, 'tcp', address, 80)).toBe('no answer');
    await sandbox.sh(`nsenter --target ${outside.pid} --net ip route del ${address}/32`);
    expect(await ask(sandbox, undefined, 'tcp', address, 80)).not.toBe('no answer');
  });

  it('does not reach what listens on the host’s loopback only', async () => {
    const container = await start('-p 8080:80');
    const { pid } = container;
    await listening(undefined, 'udp', 7001);
    const gateway = await gatewayOf(sandbox);
    // route_localnet is on for the bridge, and this container sends packets for 127.0.0.2 to it (CVE-2020-8558).
    await sandbox.sh(
      `nsenter --target ${pid} --net sh -ec 'ip addr del 127.0.0.1/8 dev lo; ip route del table local 127.0.0.0/8 dev lo 2>/dev/null || true; ip route add 127.0.0.2/32 via ${gateway}; echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet'`,
    );
    expect(await ask(sandbox, pid, 'udp', gateway, 7001)).toBe(await addressOf(container));
    expect(await ask(sandbox, pid, 'udp', '127.0.0.2', 7001)).toBe('no answer');
  });
});

describe('several containers', () => {
  it('at once have addresses of their own, and reach each other', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const addresses = [await addressOf(one), await addressOf(two)];
    expect(addresses[0]).not.toBe(addresses[1]);
    await listening(two.pid, 'tcp', 80);
    expect(await ask(sandbox, one.pid, 'tcp', addresses[1] ?? '', 80)).toBe(addresses[0]);
  });

  it('started four at a time, twice, collide in nothing, and the last one takes the bridge along', async () => {
    for (let round = 0; round < 2; round++) {
      const four = await Promise.all([
        start('-p 0:80'),
        start('-p 0:80'),
        start('-p 0:80'),
        start('-p 0:80'),
      ]);
      expect(new Set(await Promise.all(four.map(addressOf))).size).toBe(4);
      expect((await links(sandbox)).filter(({ master }) => master === 'tsstep0')).toHaveLength(4);
      await Promise.all(four.map((container) => container.kill()));
      expect((await links(sandbox)).map(({ ifname }) => ifname)).toEqual(['lo', 'w0']);
    }
  });
});

describe('the subnet', () => {
  it('avoids a route that the host has, a whole private range if need be', async () => {
    for (const [route, expected] of [
      [undefined, /^172\.30\.0\./],
      ['172.30.0.0/24', /^172\.30\.1\./],
      ['172.16.0.0/12', /^10\.213\.0\./],
    ] as const) {
      if (route !== undefined) await sandbox.sh(`ip route add ${route} via ${outside.address}`);
      const container = await start();
      expect(await addressOf(container), route ?? 'no route').toMatch(expected);
      await container.kill();
      if (route !== undefined) await sandbox.sh(`ip route del ${route}`);
    }
  });
});
