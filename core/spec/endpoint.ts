/** What a container asks of the network that it is created in: `--ip`, `--network-alias`. */
import { isIP } from 'node:net';
import type { EndpointSpec, NetworkMode, Spec } from './types.ts';
import { conflict, usageError } from './usage.ts';

export function parseIp(text: string): string {
  const six = isIP(text) === 6;
  if (isIP(text) === 4) return text;
  throw usageError(
    '--ip',
    text,
    six ? 'tsstep’s networks speak IPv4 only' : 'it is not an IP address',
    'write it like --ip 172.30.1.9',
  );
}

/** It becomes a word of a line in hosts(5). */
export function parseAlias(flag: string, text: string): string {
  if (/^[^\s#]{1,255}$/.test(text)) return text;
  throw usageError(flag, text, 'a name contains neither white space nor #', `write it like ${flag} db`);
}

/** As docker refuses it: only a person's own network has names and addresses of choice. @throws TsstepError usage */
export function parseEndpoint(
  mode: NetworkMode,
  ip: string | undefined,
  aliases: readonly string[] = [],
): Pick<Spec, 'endpoints'> {
  if (ip === undefined && aliases.length === 0) return {};
  if (typeof mode !== 'object' || 'container' in mode) {
    const flag = ip === undefined ? '--network-alias' : '--ip';
    const what = ip === undefined ? 'network-scoped alias' : 'user specified IP address';
    const name = typeof mode === 'object' ? `container:${mode.container}` : mode;
    throw conflict(
      `${flag} and --network ${name}`,
      `${what} is supported only for containers in user defined networks`,
      'tsstep network create NAME, then --network NAME',
    );
  }
  const endpoint: EndpointSpec = {
    network: mode.network,
    ...(ip !== undefined && { ip: parseIp(ip) }),
    ...(aliases.length > 0 && { aliases: aliases.map((alias) => parseAlias('--network-alias', alias)) }),
  };
  return { endpoints: [endpoint] };
}
