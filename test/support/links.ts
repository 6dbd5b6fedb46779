/** Network interfaces, as `ip -j` shows those of the sandbox or of a container. */
import type { Container } from './containers.ts';
import type { Sandbox } from './sandbox.ts';

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

export async function links(where: Sandbox | Container): Promise<Link[]> {
  const command = 'ip -j addr';
  return JSON.parse(await ('network' in where ? where.network(command) : where.sh(command))) as Link[];
}

export function named(all: readonly Link[], name: string): Link {
  const link = all.find(({ ifname }) => ifname === name);
  if (!link) throw new Error(`no link ${name} in ${all.map(({ ifname }) => ifname).join(', ')}`);
  return link;
}

export function ipv4(link: Link): Address {
  const address = link.addr_info.find(({ family }) => family === 'inet');
  if (!address) throw new Error(`${link.ifname} has no IPv4 address`);
  return address;
}

export const addressOf = async (container: Container): Promise<string> =>
  ipv4(named(await links(container), 'eth0')).local;

/** The bridge's, which is the containers' way out. */
export const gatewayOf = async (sandbox: Sandbox): Promise<string> =>
  ipv4(named(await links(sandbox), 'tsstep0')).local;
