import type { Probe, Tree } from '../snapshot.ts';
import { containerNet, hostNet, type IpLink } from './ip.ts';

export const hostLinks: Probe = async (context) => tree((await hostNet(context))?.links);
export const containerLinks: Probe = async (context) => tree((await containerNet(context))?.links);

function tree(links: readonly IpLink[] | undefined): Tree | undefined {
  return links && Object.fromEntries(links.map((each) => [each.ifname, describe(each)]));
}

/**
 * `state` is what was asked for (IFF_UP). Whether a carrier follows, and IPv6 link-local addresses with it, the kernel
 * settles on its own time: a step must not be blamed or praised for it.
 */
function describe(link: IpLink): Tree {
  const found: Tree = {
    index: link.ifindex,
    kind: link.linkinfo?.info_kind ?? link.link_type,
    state: link.flags.includes('UP') ? 'up' : 'down',
    mtu: link.mtu,
  };
  if (link.address !== undefined && link.link_type !== 'loopback') found.mac = link.address;
  if (link.master !== undefined) found.master = link.master;
  // The other end of a veth pair: its index, and its name or the id of the namespace that it is in.
  if (link.link_index !== undefined) found.peer = link.link_index;
  if (typeof link.link === 'string') found.peer = link.link;
  if (link.link_netnsid !== undefined) found['peer netns'] = link.link_netnsid;
  for (const { family, local, prefixlen, scope } of link.addr_info ?? []) {
    if (!family || !local || (family === 'inet6' && scope === 'link')) continue;
    const same = found[family];
    found[family] = { ...(typeof same === 'object' ? same : {}), [`${local}/${prefixlen}`]: scope ?? '' };
  }
  return found;
}
