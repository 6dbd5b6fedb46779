/** Published ports: reserved on the host, then translated to the container's address (DNAT). */
import { TsstepError } from '../errors.ts';
import type { Known, Lease } from '../known.ts';
import type { Operation } from '../operation.ts';
import type { PortMapping } from '../spec/types.ts';

/**
 * The mappings with the key that `known.ports` has them under: `0.0.0.0:80/tcp`, and `…#2` where the same container port is
 * published on the same address a second time.
 */
export function keyed(publish: readonly PortMapping[]): { key: string; mapping: PortMapping }[] {
  return publish.map((mapping, index) => {
    const same = ({ ip, containerPort, protocol }: PortMapping): boolean =>
      ip === mapping.ip && containerPort === mapping.containerPort && protocol === mapping.protocol;
    const nth = publish.slice(0, index + 1).filter(same).length;
    const key = `${mapping.ip}:${mapping.containerPort}/${mapping.protocol}`;
    return { key: nth === 1 ? key : `${key}#${nth}`, mapping };
  });
}

/** `80/tcp` unless another mapping has that name: then the whole key. */
function shortNames(entries: readonly { key: string; mapping: PortMapping }[]): string[] {
  const shorts = entries.map(({ mapping }) => `${mapping.containerPort}/${mapping.protocol}`);
  return entries.map(({ key }, index) => {
    const short = shorts[index] ?? key;
    return shorts.indexOf(short) === shorts.lastIndexOf(short) ? short : key;
  });
}

export function reservePorts(publish: readonly PortMapping[]): Operation[] {
  const entries = keyed(publish);
  const names = shortNames(entries);
  return entries.map(({ key, mapping: { ip, hostPort: port, protocol } }, index) => ({
    kind: 'listen',
    where: 'host',
    name: `reserve-${names[index]}`,
    ip,
    port,
    protocol,
    why: 'Listen on the host’s port, so that a second program that wants it hears that it is taken instead of wondering.',
    undo: { at: 'exit', do: { kind: 'close-port', ip, port, protocol } },
    saves: `ports.${key}`,
  }));
}

interface Rules {
  prerouting: string[];
  output: string[];
}

/**
 * From other machines and containers a packet comes through prerouting, from the host itself through output. In prerouting
 * 127.0.0.0/8 is left out: a neighbour could otherwise send packets for 127.0.0.1 to the host, and they would be translated
 * before the kernel could throw them away as martians (moby issue 45610).
 */
function rules({ ip, protocol, containerPort }: PortMapping, hostPort: number, { address }: Lease): Rules {
  const translate = `${protocol} dport ${hostPort} dnat to ${address}:${containerPort}`;
  if (ip === '0.0.0.0') {
    const local = `fib daddr type local ${translate}`;
    return { prerouting: [`ip daddr != 127.0.0.0/8 ${local}`], output: [local] };
  }
  const exact = `ip daddr ${ip} ${translate}`;
  return { prerouting: ip.startsWith('127.') ? [] : [exact], output: [exact] };
}

function chain(name: string, priority: string, lines: readonly string[]): string[] {
  const head = `type nat hook ${name} priority ${priority}; policy accept;`;
  return [`  chain ${name} {`, ...[head, ...lines].map((line) => `    ${line}`), '  }'];
}

/** Once all host ports are known, one table for this container alone: undone by deleting it. @throws TsstepError network */
export function publishPorts(
  publish: readonly PortMapping[],
  lease: Lease,
  id: string,
  ports: Known['ports'],
): Operation[] {
  const entries = keyed(publish);
  if (entries.length === 0 || !entries.every(({ key }) => ports?.[key] !== undefined)) return [];
  const all = entries.map(({ key, mapping }) => rules(mapping, ports?.[key] ?? mapping.hostPort, lease));
  const table = `tsstep-${id.slice(0, 12)}`;
  const text = [
    `table ip ${table} {`,
    ...chain(
      'prerouting',
      'dstnat',
      all.flatMap(({ prerouting }) => prerouting),
    ),
    // nft has a name for this priority only in prerouting.
    ...chain(
      'output',
      '-100',
      all.flatMap(({ output }) => output),
    ),
    '}',
    '',
  ];
  return [
    {
      kind: 'command',
      where: 'host',
      name: 'publish',
      argv: ['nft', '-f', '-'],
      stdin: text.join('\n'),
      why: 'Rewrite the destination of packets for the published ports to the container’s address (DNAT); the kernel rewrites the answers.',
      undo: { at: 'exit', do: { kind: 'command', argv: ['nft', 'delete', 'table', 'ip', table] } },
    },
  ];
}

/** The table is of family ip. @throws TsstepError network */
export function refuseIpv6(publish: readonly PortMapping[]): void {
  const six = publish.find(({ ip }) => ip.includes(':'));
  if (!six) return;
  throw new TsstepError({
    code: 'network',
    what: `cannot publish on [${six.ip}]:${six.hostPort}`,
    why: 'tsstep’s bridge speaks IPv4 only',
    remedy: 'publish on an IPv4 address, or leave the address out',
  });
}
