/** The three files of /etc that every container gets from outside its image: hostname, hosts, resolv.conf. */
import type { Known } from '../known.ts';
import { need } from '../paths.ts';
import type { Spec } from '../spec/types.ts';

/** `--hostname`, the host's own with `--uts host` or `--network host`, else the first 12 digits of the ID as docker does. */
export function hostnameOf(spec: Spec, known: Known): string {
  if (spec.uts === 'host') return known.host.hostname;
  return spec.hostname ?? (spec.network === 'host' ? known.host.hostname : need(known, 'id').slice(0, 12));
}

/** hosts(5). The container's own line needs its address, which the network stage finds out. */
export function hostsFile(spec: Spec, known: Known): string {
  // On the host's network the host's names; docker makes a file of its own again where --add-host wants a line in it.
  if (known.host.hosts !== undefined && spec.addHosts.length === 0) return known.host.hosts;
  const own =
    known.lease && known.id ? [`${known.lease.address}\t${withAlias(hostnameOf(spec, known))}`] : [];
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::\tip6-localnet',
    'ff00::\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...spec.addHosts.map(([host, ip]) => `${ip}\t${host}`),
    ...own,
    '',
  ].join('\n');
}

/** A name with a domain is found by its first part too. */
const withAlias = (hostname: string): string =>
  hostname.includes('.') ? `${hostname} ${hostname.slice(0, hostname.indexOf('.'))}` : hostname;

/** resolv.conf(5): `--dns` replaces the host's name servers. */
export function resolvConf(spec: Spec, known: Known): string {
  if (spec.dns.length === 0) return known.host.resolvConf;
  const others = known.host.resolvConf
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('nameserver'));
  return [...spec.dns.map((address) => `nameserver ${address}`), ...others, ''].join('\n');
}
