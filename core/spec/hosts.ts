/** Names and addresses that the container is told: --add-host for /etc/hosts, --dns for /etc/resolv.conf. */
import { isIP } from 'node:net';
import { usageError } from './usage.ts';

/** `name:ip` or `name=ip`; the address may stand in brackets. */
export function parseAddHost(text: string): readonly [host: string, ip: string] {
  const remedy = 'write it like --add-host db:10.0.0.5';
  const match = /^([^=:]+)[=:](.+)$/.exec(text);
  if (!match) throw usageError('--add-host', text, 'it is not name:address', remedy);
  const [, host = '', address = ''] = match;
  // Both would break the line of /etc/hosts, hosts(5).
  if (/[\s#]/.test(host))
    throw usageError('--add-host', text, 'a host name contains neither white space nor #', remedy);
  if (address === 'host-gateway') {
    throw usageError(
      '--add-host',
      text,
      'host-gateway is not supported yet',
      'write the address of the host’s bridge',
    );
  }
  const ip = address.replace(/^\[(.+)\]$/, '$1');
  if (isIP(ip) === 0 || ip.includes('%'))
    throw usageError('--add-host', text, `${JSON.stringify(address)} is not an IP address`, remedy);
  return [host, ip];
}

export function parseDns(text: string): string {
  const ip = text.trim();
  if (isIP(ip) === 0)
    throw usageError('--dns', text, 'it is not an IP address', 'write it like --dns 1.1.1.1');
  return ip;
}

/** The container's own loopback, where no resolver of the host listens. */
export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
}
