/** Names, addresses and networks, as settings and proxies name them. */
import { BlockList, isIP } from 'node:net';

/** `10.0.0.0/8` and `fd00::/8` as what `BlockList` wants; undefined: it is no network. */
function networkOf(cidr: string): BlockList | undefined {
  const [address = '', bits = '', ...more] = cidr.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list;
}

export function isNetwork(cidr: string): boolean {
  return networkOf(cidr) !== undefined;
}

/** Whether an address, not a name, is in a network. */
export function inNetwork(host: string, cidr: string): boolean {
  const family = isIP(host);
  return family !== 0 && networkOf(cidr)?.check(host, family === 4 ? 'ipv4' : 'ipv6') === true;
}

/** The host of `host:port`, without port and brackets. */
export function hostOf(authority: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(authority);
  return (bracketed?.[1] ?? authority.replace(/:\d+$/, '')).toLowerCase();
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || inNetwork(host, '127.0.0.0/8') || host === '::1';
}
