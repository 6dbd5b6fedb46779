/** Links, addresses and routes of the host's and the container's network namespace, by ip(8). */
import type { ProbeContext } from '../snapshot.ts';
import { link } from './read.ts';
import { shared } from './shared.ts';
import { target } from './target.ts';
import type { LastingTool } from './tools.ts';

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

const questions = ['addr show', 'route show table main'];
/** With -force it goes on behind what it cannot answer: a namespace without routes may have no table to list. */
const ip = ['ip', '-json', '-details', '-force', '-batch', '-'];
const refused = /^Command failed .*\n/gm;

/** Names of links by index, as each ip has told them. */
const told = new WeakMap<LastingTool, Map<number, string>>();

/** @param namespace as /proc/PID/ns/net names it @param enter words that lead into it */
async function read(
  context: ProbeContext,
  namespace: string,
  enter: readonly string[],
): Promise<Net | undefined> {
  const { tools } = context;
  const name = `ip ${namespace}`;
  const tool = tools.use(name, [...enter, ...ip]);
  const [first, second] = await tool.ask(questions, refused);
  if (first === undefined) return undefined;
  const links = JSON.parse(first) as IpLink[];
  const before = told.get(tool);
  // ip keeps the names that it has seen, and would go on calling a renamed link by its old name in a route.
  if (links.some(({ ifindex, ifname }) => (before?.get(ifindex) ?? ifname) !== ifname)) {
    tools.end(name);
    return await read(context, namespace, enter);
  }
  told.set(tool, new Map([...(before ?? []), ...links.map((each) => [each.ifindex, each.ifname] as const)]));
  return { links, routes: second === undefined ? [] : (JSON.parse(second) as IpRoute[]) };
}

export function hostNet(context: ProbeContext): Promise<Net | undefined> {
  return shared(context, 'host net', () => read(context, 'host', []));
}

/** The container's, or `undefined` as long as it has none of its own. */
export function containerNet(context: ProbeContext): Promise<Net | undefined> {
  return shared(context, 'container net', async () => {
    const directory = target(context);
    const namespace = directory && link(`${directory}/ns/net`);
    if (!namespace || namespace === link('/proc/self/ns/net')) return undefined;
    return await read(context, namespace, ['nsenter', `--net=${directory}/ns/net`]);
  });
}
