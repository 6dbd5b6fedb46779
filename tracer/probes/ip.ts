/** Links, addresses and routes of a network namespace in one process: ip(8) in batch mode prints one JSON array a command. */
import type { ProbeContext } from '../snapshot.ts';
import { run } from './run.ts';
import { shared } from './shared.ts';
import { inHostNamespace, target } from './target.ts';

/** The part of ip's JSON that is kept; counters, timers and queue settings are not facts about the container. */
export interface IpLink {
  ifindex: number;
  ifname: string;
  flags: readonly string[];
  mtu: number;
  link_type: string;
  address?: string;
  master?: string;
  link?: string | null;
  link_index?: number;
  link_netnsid?: number;
  linkinfo?: { info_kind?: string };
  addr_info?: readonly { family?: string; local?: string; prefixlen?: number; scope?: string }[];
}

export interface IpRoute {
  type?: string;
  dst: string;
  gateway?: string;
  dev?: string;
  prefsrc?: string;
  scope?: string;
  metric?: number;
}

export interface Net {
  links: readonly IpLink[];
  routes: readonly IpRoute[];
}

const batch = 'addr show\nroute show table main\n';
const ip = ['ip', '-j', '-d', '-batch', '-'] as const;

export function hostNet(context: ProbeContext): Promise<Net | undefined> {
  return shared(context, 'host net', () => read(ip));
}

/** The container's, or `undefined` as long as it has none of its own. */
export function containerNet(context: ProbeContext): Promise<Net | undefined> {
  return shared(context, 'container net', async () => {
    const directory = target(context);
    if (!directory || inHostNamespace(context, 'net') !== false) return undefined;
    const found = await read(['nsenter', '-t', directory.slice('/proc/'.length), '-n', ...ip]);
    return found;
  });
}

/** A failure with nothing printed is the namespace's end; a missing second array is a namespace without that table. */
async function read(argv: readonly [string, ...string[]]): Promise<Net | undefined> {
  const done = await run(argv, batch);
  const [links, routes] = done?.stdout.split('\n').filter(Boolean) ?? [];
  if (links === undefined) return undefined;
  return {
    links: JSON.parse(links) as IpLink[],
    routes: routes === undefined ? [] : (JSON.parse(routes) as IpRoute[]),
  };
}
