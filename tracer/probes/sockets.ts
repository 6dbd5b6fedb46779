import type { Probe, Tree } from '../snapshot.ts';
import { text } from './read.ts';

/** Socket states in proc_net(5) that mean "waits for somebody": TCP_LISTEN, and an unconnected UDP socket. */
const listening: Readonly<Record<string, string>> = { tcp: '0A', udp: '07' };

/**
 * Who listens on the host's side of the published ports. Reading one of these files walks a hash table of the whole kernel
 * (3 ms), so only those that can hold an asked-for port are read.
 */
export const sockets: Probe = ({ known }) => {
  const ports = Object.entries(known.ports ?? {});
  const wanted = new Set(ports.map(([, port]) => port));
  const found: Tree = {};
  for (const file of new Set(ports.map(([key]) => tableOf(key)))) {
    const protocol = file.slice(0, 3);
    for (const each of text(`/proc/net/${file}`)?.split('\n').slice(1) ?? []) {
      const [, local = '', , state] = each.trim().split(/\s+/);
      const [address = '', hex = ''] = local.split(':');
      const port = Number.parseInt(hex, 16);
      if (state === listening[protocol] && wanted.has(port))
        found[`${ip(address)}:${port}/${protocol}`] = 'listening';
    }
  }
  return Object.keys(found).length > 0 ? found : undefined;
};

/** The file of /proc/net for a key of `known.ports`: `0.0.0.0:80/tcp`, `[::]:53/udp`. */
function tableOf(key: string): string {
  const protocol = key.endsWith('/udp') ? 'udp' : 'tcp';
  const colons = key.split(':').length - 1;
  return colons > 1 ? `${protocol}6` : protocol;
}

/** Addresses are printed as 32-bit words in the machine's byte order, which is little-endian on x86-64 and arm64. */
export function ip(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = (bytes.join('').match(/.{4}/g) ?? []).map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
  return `[${new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)}]`;
}
