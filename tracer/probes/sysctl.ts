import type { Probe, Tree } from '../snapshot.ts';
import { line, names } from './read.ts';
import { ownSettings, PING, PORTS } from './settings.ts';
import { inHostNamespace } from './target.ts';

/** Kernel settings that a bridge network with published ports depends on (sysctl(8), Documentation/networking/ip-sysctl.rst). */
export const hostSysctl: Probe = ({ known }) => {
  const bridges = new Set([
    known.lease?.bridge ?? 'tsstep0',
    ...names('/proc/sys/net/ipv4/conf').filter((name) => /^(tsstep0|ts-[0-9a-f]{12})$/.test(name)),
  ]);
  const found: Tree = {};
  const paths: Record<string, string> = { 'net.ipv4.ip_forward': 'net/ipv4/ip_forward' };
  for (const bridge of bridges) {
    // Interface names may hold dots, so a key is not simply a path with other separators.
    for (const setting of ['route_localnet', 'forwarding'])
      paths[`net.ipv4.conf.${bridge}.${setting}`] = `net/ipv4/conf/${bridge}/${setting}`;
  }
  paths['net.bridge.bridge-nf-call-iptables'] = 'net/bridge/bridge-nf-call-iptables';
  for (const [name, path] of Object.entries(paths)) {
    const value = line(`/proc/sys/${path}`);
    if (value !== undefined) found[name] = value;
  }
  return found;
};

/** What any user of the container may do with its network, where that is its own. */
export const containerSysctl: Probe = async (context) => {
  if (inHostNamespace(context, 'net') !== false) return undefined;
  const own = await ownSettings(context);
  if (!own) return undefined;
  return Object.fromEntries(
    [PORTS, PING].map((file) => [file.slice('/proc/sys/'.length).replaceAll('/', '.'), own[file] ?? '']),
  );
};
