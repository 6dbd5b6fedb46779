/** The nftables table that all containers share, and making way where another firewall drops what is forwarded. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';
import type { Lease } from '../known.ts';
import type { Operation } from '../operation.ts';

const TABLE = 'tsstep';

/** Each network has a table of its own, so that it can come and go without the others'. */
export const natTable = (bridge: string): string =>
  bridge.startsWith('ts-') ? `${TABLE}-net-${bridge.slice('ts-'.length)}` : TABLE;

export interface Traffic {
  /** No way out, and none in. */
  internal: boolean;
  /** Packets leave with the host's address. */
  masquerade: boolean;
}

const usual: Traffic = { internal: false, masquerade: true };

/** As docker: containers of different networks do not reach each other, published ports included (the bridges' names tell). */
function isolation(bridge: string): string[] {
  return ['tsstep0', 'ts-*'].map(
    (other) => `iifname "${bridge}" oifname != "${bridge}" oifname "${other}" drop`,
  );
}

function forwardRules(bridge: string, { internal }: Traffic): string[] {
  if (internal)
    return [
      `iifname "${bridge}" oifname != "${bridge}" drop`,
      `iifname != "${bridge}" oifname "${bridge}" drop`,
    ];
  return [
    ...isolation(bridge),
    `iifname != "${bridge}" oifname "${bridge}" ct state established,related accept`,
    `iifname != "${bridge}" oifname "${bridge}" ct status dnat accept`,
    `iifname != "${bridge}" oifname "${bridge}" drop`,
  ];
}

function sourceRules({ bridge, subnet }: Lease, { internal, masquerade }: Traffic): string[] {
  if (internal) return [];
  return [
    ...(masquerade ? [`ip saddr ${subnet} oifname != "${bridge}" masquerade`] : []),
    `ip saddr 127.0.0.0/8 oifname "${bridge}" masquerade`,
    `ip saddr ${subnet} oifname "${bridge}" ct status dnat masquerade`,
  ];
}

/**
 * prerouting: route_localnet lets packets for 127.0.0.0/8 in, and a container with NET_ADMIN could reach what listens only on
 * the host's loopback. forward: as with docker, only published ports are reached from outside. postrouting: the first rule is
 * for containers that go out; the others make answers come back through the host, which alone knows the translation.
 */
function natRules(lease: Lease, traffic: Traffic): string {
  const chain = (name: string, head: string, rules: readonly string[]): string[] =>
    rules.length === 0
      ? []
      : [`  chain ${name} {`, `    ${head}`, ...rules.map((rule) => `    ${rule}`), '  }'];
  return [
    `table ip ${natTable(lease.bridge)} {`,
    ...chain('prerouting', 'type filter hook prerouting priority raw; policy accept;', [
      `iifname "${lease.bridge}" ip daddr 127.0.0.0/8 drop`,
    ]),
    ...chain(
      'forward',
      'type filter hook forward priority filter; policy accept;',
      forwardRules(lease.bridge, traffic),
    ),
    ...chain(
      'postrouting',
      'type nat hook postrouting priority srcnat; policy accept;',
      sourceRules(lease, traffic),
    ),
    '}',
    '',
  ].join('\n');
}

export function shareNat(lease: Lease, holder: string, traffic: Traffic = usual): Operation {
  const table = natTable(lease.bridge);
  return {
    kind: 'share',
    where: 'host',
    name: 'nat',
    resource: `nat-${lease.bridge}`,
    holder,
    check: { argv: ['nft', 'list', 'table', 'ip', table] },
    make: [{ kind: 'command', argv: ['nft', '-f', '-'], stdin: natRules(lease, traffic) }],
    why: traffic.internal
      ? 'The network is internal: whatever would leave it, or come in from elsewhere, is dropped.'
      : 'Nobody outside knows a way to the containers’ addresses, so packets leave with the host’s (masquerade) and answers find back.',
    undo: {
      at: 'exit',
      do: {
        kind: 'release',
        resource: `nat-${lease.bridge}`,
        holder,
        unmake: [{ kind: 'command', argv: ['nft', 'delete', 'table', 'ip', table] }],
      },
    },
  };
}

/** A chain of `nft -j list chains` that drops every forwarded packet that no rule of its own accepts. */
interface DroppingChain {
  family: string;
  table: string;
  name: string;
}

/** @param json what `nft -j list chains` printed */
export function droppingChains(json: string): DroppingChain[] {
  type Item = { chain?: DroppingChain & { hook?: string; policy?: string } };
  const { nftables } = JSON.parse(json) as { nftables: Item[] };
  return nftables.flatMap(({ chain }) => {
    const drops =
      chain?.hook === 'forward' && chain.policy === 'drop' && ['ip', 'inet'].includes(chain.family);
    return drops ? [{ family: chain.family, table: chain.table, name: chain.name }] : [];
  });
}

export type IptablesTool = 'iptables-nft' | 'iptables-legacy';

/**
 * Which iptables has a FORWARD chain that drops by default, as docker and ufw set it. Only looks: `iptables -S` alone would
 * load the legacy filter table into a host that does not use it.
 */
export function forwardDropper(): IptablesTool | undefined {
  const chains = spawnSync('nft', ['-j', 'list', 'chains'], { encoding: 'utf8' });
  const dropping = chains.status === 0 ? droppingChains(chains.stdout) : [];
  if (dropping.some(({ family, table, name }) => family === 'ip' && table === 'filter' && name === 'FORWARD'))
    return 'iptables-nft';
  const legacy =
    tolerating(['ENOENT', 'EACCES'], () => readFileSync('/proc/net/ip_tables_names', 'utf8')) ?? '';
  if (!legacy.split('\n').includes('filter')) return undefined;
  const rules = spawnSync('iptables-legacy', ['-w', '-S', 'FORWARD'], { encoding: 'utf8' });
  return rules.status === 0 && rules.stdout.includes('-P FORWARD DROP') ? 'iptables-legacy' : undefined;
}

/**
 * An accept in our own table cannot overrule a drop in another one of the same hook (nft(8), "a drop verdict is final"), so the
 * rules have to go into that chain, with the tool that made it: it could not read rules of another.
 */
export function shareForwardAccept({ bridge }: Lease, tool: IptablesTool, holder: string): Operation {
  const conntrack = ['-m', 'conntrack', '--ctstate'];
  const rules = [
    ['-i', bridge],
    ['-o', bridge, ...conntrack, 'RELATED,ESTABLISHED'],
    ['-o', bridge, ...conntrack, 'DNAT'],
  ].map((match) => ['FORWARD', ...match, '-m', 'comment', '--comment', TABLE, '-j', 'ACCEPT']);
  const resource = `forward-accept-${bridge}`;
  return {
    kind: 'share',
    where: 'host',
    name: 'forward-accept',
    resource,
    holder,
    // The last one is made last.
    check: { argv: [tool, '-w', '-C', ...(rules.at(-1) ?? [])] },
    make: rules.map((rule) => ({ kind: 'command', argv: [tool, '-w', '-I', ...rule] })),
    why: 'This host’s firewall drops forwarded packets by default (docker and ufw set it so): let through those of the bridge.',
    undo: {
      at: 'exit',
      do: {
        kind: 'release',
        resource,
        holder,
        unmake: rules.map((rule) => ({ kind: 'command', argv: [tool, '-w', '-D', ...rule] })),
      },
    },
  };
}
