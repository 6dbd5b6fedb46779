/** Choosing the addresses of the bridge, so that nothing the host can reach now becomes unreachable. */
import { TsstepError } from '../errors.ts';
import { type Block, formatBlock, overlap, parseBlock } from './ipv4.ts';

/** What is used of one line of `ip -j route show table all`. */
export interface Route {
  dst?: string;
  dev?: string;
}

/**
 * A /24, where docker takes a /16: 253 containers are plenty for learning, and the smaller the block the less of somebody's
 * VPN it can hide. One family of candidates for each private range (RFC 1918), as a company's VPN often routes a whole one,
 * and at last a block of the benchmarking range (RFC 2544). 172.17-28 are docker's first choices and 172.31 is Amazon's
 * default network, which is reached through the default route and so would not show as a collision.
 */
export const candidates: readonly string[] = [
  ...Array.from({ length: 8 }, (_, i) => `172.30.${i}.0/24`),
  ...Array.from({ length: 8 }, (_, i) => `10.213.${i}.0/24`),
  ...Array.from({ length: 8 }, (_, i) => `192.168.${213 + i}.0/24`),
  '198.18.213.0/24',
];

/** 0.0.0.0/1 and 128.0.0.0/1 are how some VPNs replace the default route without deleting it: they collide with all. */
const isDefault = ({ prefix }: Block): boolean => prefix <= 1;

/**
 * The first candidate that overlaps no route and no resolver of the host. A bridge that is still there, because a run was
 * killed, keeps its subnet: its own route would otherwise look like somebody else's. @throws TsstepError network
 */
export function chooseSubnet(
  routes: readonly Route[],
  nameservers: readonly string[],
  bridge: string,
): string {
  const kept = routes.find(({ dev, dst }) => dev === bridge && dst !== undefined && candidates.includes(dst));
  if (kept?.dst !== undefined) return kept.dst;
  const taken = [...routes.map(({ dst }) => dst ?? ''), ...nameservers]
    .map(parseBlock)
    .filter((block) => block !== undefined)
    .filter((block) => !isDefault(block));
  const free = candidates
    .map(parseBlock)
    .find((block) => block && !taken.some((other) => overlap(block, other)));
  if (free) return formatBlock(free);
  throw new TsstepError({
    code: 'network',
    what: 'no free subnet for the containers',
    why: `each of the ${candidates.length} blocks that tsstep would use overlaps a route or a resolver of this host`,
    remedy:
      'see `ip route show table all`; disconnect a VPN that routes all private addresses, or use --network host or none',
  });
}

/** A network whose subnet a person has settled, or that was free when it was made. @throws TsstepError network */
export function refuseRouted(subnet: string, bridge: string, routes: readonly Route[]): void {
  const block = parseBlock(subnet);
  const other = routes.find(({ dst, dev }) => {
    const its = parseBlock(dst ?? '');
    return block && its && dev !== bridge && !isDefault(its) && overlap(block, its);
  });
  if (!other) return;
  throw new TsstepError({
    code: 'network',
    what: `the subnet ${subnet} overlaps a route of this host`,
    why: `${other.dst} is reached by ${other.dev ?? 'a route without an interface'}, and would no longer be`,
    remedy: 'see `ip route show table all`; make a network with another --subnet',
    exit: 1,
  });
}
