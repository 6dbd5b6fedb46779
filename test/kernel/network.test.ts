/** The bridge network, seen from everywhere: container, host, a neighbour container, and a machine outside. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Started } from '../support/commands.ts';
import { type Container, useContainers } from '../support/containers.ts';
import { ask, serve } from '../support/talk.ts';

const { sandbox, start, run, background } = useContainers();

/** The sandbox, and somebody on a wire to it, in addresses for documentation (RFC 5737). */
const host = '203.0.113.1';
const outsideAddress = '203.0.113.2';
let outside: number;

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  const started = new Started(
    sandbox.enter(['unshare', '--net', 'sh', '-c', 'echo up; exec sleep infinity']),
  );
  await started.says('up');
  outside = started.pid;
  await sandbox.sh(`
    ip link add w0 type veth peer name w1
    echo 1 > /proc/sys/net/ipv6/conf/w0/disable_ipv6
    ip link set w1 netns ${outside}
    ip addr add ${host}/24 dev w0
    ip link set w0 up
    nsenter --target ${outside} --net sh -ec 'ip addr add ${outsideAddress}/24 dev w1; ip link set w1 up; ip link set lo up'`);
});

const listening = async (pid: number | undefined, protocol: 'tcp' | 'udp', port: number) =>
  background(await serve(sandbox, pid, protocol, port));

interface Address {
  family: string;
  local: string;
  prefixlen: number;
}
interface Link {
  ifname: string;
  address: string;
  flags: string[];
  master?: string;
  link_index?: number;
  ifindex: number;
  addr_info: Address[];
}
const links = async (container?: Container): Promise<Link[]> =>
  JSON.parse(await (container ? container.network('ip -j addr') : sandbox.sh('ip -j addr'))) as Link[];
const named = (all: readonly Link[], name: string): Link => {
  const link = all.find(({ ifname }) => ifname === name);
  if (!link) throw new Error(`no link ${name} in ${all.map(({ ifname }) => ifname).join(', ')}`);
  return link;
};
const ipv4 = (link: Link): Address => {
  const address = link.addr_info.find(({ family }) => family === 'inet');
  if (!address) throw new Error(`${link.ifname} has no IPv4 address`);
  return address;
};
const addressOf = async (container: Container) => ipv4(named(await links(container), 'eth0')).local;

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

    const bridge = named(await links(), 'tsstep0');
    expect(ipv4(bridge).prefixlen).toBe(prefixlen);
    expect(JSON.parse(await container.network('ip -j route'))).toEqual([
      expect.objectContaining({ dst: 'default', gateway: ipv4(bridge).local, dev: 'eth0' }),
      expect.objectContaining({ dev: 'eth0', prefsrc: local }),
    ]);
    const cable = (await links()).filter(({ master }) => master === 'tsstep0');
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
  });

  it('is the host’s address to a server outside, by tcp and udp', async () => {
    await listening(outside, 'tcp', 7000);
    await listening(outside, 'udp', 7000);
    const { pid } = await start();
    expect(await ask(sandbox, pid, 'tcp', outsideAddress, 7000)).toBe(host);
    expect(await ask(sandbox, pid, 'udp', outsideAddress, 7000)).toBe(host);
  });

  it('cannot be reached from outside at a port that is not published', async () => {
    const container = await start();
    const address = await addressOf(container);
    await listening(container.pid, 'tcp', 80);
    await sandbox.sh(`nsenter --target ${outside} --net ip route add ${address}/32 via ${host}`);
    expect(await ask(sandbox, outside, 'tcp', address, 80)).toBe('no answer');
    await sandbox.sh(`nsenter --target ${outside} --net ip route del ${address}/32`);
    expect(await ask(sandbox, undefined, 'tcp', address, 80)).not.toBe('no answer');
  });

  it('does not reach what listens on the host’s loopback only', async () => {
    const container = await start('-p 8080:80');
    const { pid } = container;
    await listening(undefined, 'udp', 7001);
    const gateway = ipv4(named(await links(), 'tsstep0')).local;
    // route_localnet is on for the bridge, and this container sends packets for 127.0.0.2 to it (CVE-2020-8558).
    await sandbox.sh(
      `nsenter --target ${pid} --net sh -ec 'ip addr del 127.0.0.1/8 dev lo; ip route del table local 127.0.0.0/8 dev lo 2>/dev/null || true; ip route add 127.0.0.2/32 via ${gateway}; echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet'`,
    );
    expect(await ask(sandbox, pid, 'udp', gateway, 7001)).toBe(await addressOf(container));
    expect(await ask(sandbox, pid, 'udp', '127.0.0.2', 7001)).toBe('no answer');
  });
});

describe('a published port', () => {
  it.for(['tcp', 'udp'] as const)(
    'is reached by %s from outside, the host, its loopback, a neighbour through the host, and the container itself',
    async (protocol) => {
      const container = await start(`-p 8080:80/${protocol}`);
      const neighbour = await start();
      await listening(container.pid, protocol, 80);
      const gateway = ipv4(named(await links(), 'tsstep0')).local;
      expect(await ask(sandbox, outside, protocol, host, 8080), 'from outside').toBe(outsideAddress);
      for (const address of [host, '127.0.0.1', gateway])
        expect(await ask(sandbox, undefined, protocol, address, 8080), address).toMatch(
          /^\d+\.\d+\.\d+\.\d+$/,
        );
      for (const { pid } of [neighbour, container])
        expect(await ask(sandbox, pid, protocol, host, 8080), String(pid)).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      // The neighbour at the next door is itself, translated or not; a stranger is not.
      expect(await ask(sandbox, neighbour.pid, protocol, await addressOf(container), 80)).toBe(
        await addressOf(neighbour),
      );
    },
  );

  it('on 127.0.0.1 is not reached from outside, and on one address not at another', async () => {
    const container = await start('-p 127.0.0.1:8081:80 -p 203.0.113.1:8082:80');
    await listening(container.pid, 'tcp', 80);
    expect(await ask(sandbox, undefined, 'tcp', '127.0.0.1', 8081)).toMatch(/^\d/);
    expect(await ask(sandbox, outside, 'tcp', host, 8081)).toBe('ECONNREFUSED');
    expect(await ask(sandbox, outside, 'tcp', host, 8082)).toBe(outsideAddress);
    expect(await ask(sandbox, undefined, 'tcp', '127.0.0.1', 8082)).toBe('ECONNREFUSED');
  });

  it('0 is any free one, held for the container: another run cannot have it', async () => {
    await start('-p 127.0.0.1:0:80');
    const [port] = /(?<=127\.0\.0\.1:)\d+/.exec(await sandbox.sh('ss -Hltn')) ?? [];
    expect(Number(port)).toBeGreaterThan(1023);
    const { code, stderr } = await run(`-p ${port}:80 lab true`);
    expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining(`0.0.0.0:${port}/tcp`) });
  });

  it('that a process of the host has is refused with 125 and that process’s name', async () => {
    await listening(undefined, 'tcp', 8083);
    const { code, stderr } = await run('-p 8083:80 lab true');
    expect(code).toBe(125);
    expect(stderr).toMatch(
      /cannot publish on 0\.0\.0\.0:8083\/tcp\n.*at: +network:.*\n.*why: +"node", process \d+.*\n.*remedy: /,
    );
    await listening(undefined, 'udp', 8084);
    expect((await run('-p 8084:80/udp lab true')).code).toBe(125);
    expect((await run('-p 8084:80/tcp lab true')).code).toBe(0);
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
      expect((await links()).filter(({ master }) => master === 'tsstep0')).toHaveLength(4);
      await Promise.all(four.map((container) => container.kill()));
      expect((await links()).map(({ ifname }) => ifname)).toEqual(['lo', 'w0']);
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
      if (route !== undefined) await sandbox.sh(`ip route add ${route} via ${outsideAddress}`);
      const container = await start();
      expect(await addressOf(container), route ?? 'no route').toMatch(expected);
      await container.kill();
      if (route !== undefined) await sandbox.sh(`ip route del ${route}`);
    }
  });
});
