/** `--publish [ip:][hostPort]:containerPort[/protocol]`, single ports or ranges of the same length. */
import { isIPv4 } from 'node:net';
import type { PortMapping } from './types.ts';
import { usageError } from './usage.ts';

const flag = '--publish';
const example =
  'write [ip:][hostPort:]containerPort[/tcp|udp], like --publish 8080:80 or --publish 127.0.0.1:5353:53/udp';

/** All of a run's published ports, in order; two that cannot both be bound are refused. */
export function parsePorts(texts: readonly string[]): PortMapping[] {
  const all: PortMapping[] = [];
  for (const text of texts) {
    for (const mapping of parsePort(text)) {
      if (all.some((other) => collide(mapping, other))) {
        const host = `${mapping.ip}:${mapping.hostPort}/${mapping.protocol}`;
        throw usageError(
          flag,
          text,
          `host port ${host} is asked for twice`,
          'give each mapping a host port of its own',
        );
      }
      all.push(mapping);
    }
  }
  return all;
}

function collide(a: PortMapping, b: PortMapping): boolean {
  if (a.protocol !== b.protocol || a.hostPort !== b.hostPort || a.hostPort === 0) return false;
  // bind(2): a listener on every address holds the port on each of them.
  return a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
}

function parsePort(text: string): PortMapping[] {
  const parts = text.split(':');
  if (text.includes('[') || parts.length > 3) {
    throw usageError(
      flag,
      text,
      'tsstep publishes on IPv4 addresses only',
      'name an IPv4 address: --publish 127.0.0.1:8080:80',
    );
  }
  const [container = '', host = '', ip = ''] = parts.reverse();
  if (ip !== '' && !isIPv4(ip))
    throw usageError(flag, text, `${JSON.stringify(ip)} is not an IPv4 address`, example);
  const slash = container.indexOf('/');
  const protocol = parseProtocol(text, slash < 0 ? '' : container.slice(slash + 1));
  const inside = parseRange(text, 'container', slash < 0 ? container : container.slice(0, slash));
  if (inside.first === 0) throw usageError(flag, text, 'a container port lies between 1 and 65535', example);
  const count = inside.last - inside.first + 1;
  const outside = host === '' ? { first: 0, last: 0 } : parseRange(text, 'host', host);
  const anyFree = outside.first === 0 && outside.last === 0;
  if (!anyFree && outside.first === 0)
    throw usageError(flag, text, 'a range of host ports starts at 1 or above', example);
  if (!anyFree && outside.last - outside.first + 1 !== count) {
    const why = 'the ranges of host and container ports differ in length';
    throw usageError(
      flag,
      text,
      why,
      `pair them: --publish 8000-8010:8000-8010; for any free host port: --publish ${container}`,
    );
  }
  return Array.from({ length: count }, (_, i) => ({
    ip: ip === '' ? '0.0.0.0' : ip,
    hostPort: anyFree ? 0 : outside.first + i,
    containerPort: inside.first + i,
    protocol,
  }));
}

function parseProtocol(text: string, protocol: string): 'tcp' | 'udp' {
  const name = protocol.toLowerCase() || 'tcp';
  if (name === 'tcp' || name === 'udp') return name;
  throw usageError(flag, text, `tsstep publishes tcp and udp, not ${JSON.stringify(protocol)}`, example);
}

function parseRange(
  text: string,
  side: 'container' | 'host',
  range: string,
): { first: number; last: number } {
  const match = /^(\d+)(?:-(\d+))?$/.exec(range);
  if (!match) throw usageError(flag, text, `${JSON.stringify(range)} is not a ${side} port`, example);
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (last > 65535 || first > 65535)
    throw usageError(flag, text, `${side} port ${range} is out of range (1-65535)`, example);
  if (last < first) throw usageError(flag, text, `the ${side} range ${range} runs backwards`, example);
  return { first, last };
}
