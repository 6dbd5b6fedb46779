import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { installing } from '../host/packages.ts';
import { tolerating } from '../kernel/errno.ts';
import { droppingChains, forwardDropper } from '../network/firewall.ts';
import { type Finding, missing, note, ok, warning } from './finding.ts';
import { loading } from './modules.ts';
import type { Platform } from './platform/recognize.ts';
import { findTool, usable } from './tools.ts';
import { attempt, isRoot, isWritable } from './trial.ts';

/** The words of tsstep's own tables, each of which is a module of its own in many kernels. */
const rules = `table ip tsstep-doctor {
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local tcp dport 1 dnat to 192.0.2.1:1
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    ct status dnat accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 192.0.2.0/24 masquerade
  }
}
`;

const links = 'link add name tsdoctor0 type bridge\nlink add name tsdoctor1 type veth peer name tsdoctor2\n';

function checkNftables(inContainer: boolean): Finding[] {
  if (!usable('unshare', 'nft')) return [];
  const why = 'packets of containers leave with the host’s address, and published ports lead to them';
  const trial = attempt(['unshare', '--net', 'nft', '-c', '-f', '-'], rules);
  if (trial.works) return [ok('nftables', 'nat, conntrack and fib work')];
  const modules = ['nf_tables', 'nft_chain_nat', 'nft_masq', 'nft_ct', 'nft_fib_ipv4'];
  return [missing('nftables', trial.said, why, loading(modules, inContainer))];
}

function checkLinks(inContainer: boolean): Finding[] {
  if (!usable('unshare', 'ip')) return [];
  const trial = attempt(['unshare', '--net', 'ip', '-batch', '-'], links);
  if (trial.works) return [ok('links', 'bridge and veth work')];
  const why = 'they connect containers with the host';
  return [missing('links', trial.said, why, loading(['bridge', 'veth'], inContainer))];
}

const FORWARD = '/proc/sys/net/ipv4/ip_forward';

function checkForwarding(): Finding {
  const value = readFileSync(FORWARD, 'utf8').trim();
  if (value === '1') return ok('ip_forward', 'on');
  if (isWritable(FORWARD) || !isRoot())
    return ok('ip_forward', 'off; tsstep turns it on while containers run');
  const why = 'the host passes packets on between its interfaces only then';
  return missing(
    'ip_forward',
    `it is off, and ${FORWARD} is read-only here`,
    why,
    'on the machine itself: sysctl net.ipv4.ip_forward=1',
  );
}

/** Its chain accepts by policy and rejects in its last rule, so that looking for policies does not find it. */
function firewalld(chains: string): Finding[] {
  const { nftables } = JSON.parse(chains) as { nftables: { chain?: { table: string; name: string } }[] };
  const there = nftables.some(({ chain }) => chain?.table === 'firewalld' && chain.name === 'filter_FORWARD');
  if (!there) return [];
  const what = 'firewalld is active: published ports work, and what a container begins is up to its zones';
  const remedy = 'if they reach nobody: firewall-cmd --zone=trusted --add-interface=tsstep0';
  return [note('firewall', what, 'its last rule for forwarded packets rejects what no zone allows', remedy)];
}

/** A drop is final, whichever table it is in (nft(8)), so the rules that let the bridge's packets through have to go there. */
function checkForwardPolicy(): Finding[] {
  const tool = forwardDropper();
  const listed = spawnSync('nft', ['-j', 'list', 'chains'], { encoding: 'utf8' });
  const foreign = (listed.status === 0 ? droppingChains(listed.stdout) : []).filter(
    ({ family, table, name }) => !(family === 'ip' && table === 'filter' && name === 'FORWARD'),
  );
  const why = 'containers reach nobody, and nobody reaches their published ports';
  const faults = foreign.map(({ family, table, name }) => {
    const remedy = `nft add rule ${family} ${table} ${name} iifname tsstep0 accept; nft add rule ${family} ${table} ${name} oifname tsstep0 accept`;
    return warning('firewall', `the chain ${family} ${table} ${name} drops what it forwards`, why, remedy);
  });
  if (tool && findTool(tool) === undefined) {
    const what = `FORWARD drops by default, and ${tool}, which made it, is not on the PATH`;
    return [...faults, missing('firewall', what, why, installing(tool))];
  }
  if (tool)
    return [
      ...faults,
      ok('firewall', `FORWARD drops by default; tsstep adds rules for its bridge with ${tool}`),
    ];
  const others = listed.status === 0 ? firewalld(listed.stdout) : [];
  if (faults.length + others.length > 0 || !usable('nft')) return [...faults, ...others];
  return [ok('firewall', 'nothing drops forwarded packets by default')];
}

function checkBridgeFilter(): Finding {
  const file = '/proc/sys/net/bridge/bridge-nf-call-iptables';
  const value = tolerating(['ENOENT'], () => readFileSync(file, 'utf8'))?.trim();
  if (value !== '1') return ok('br_netfilter', 'off: packets between containers do not pass the firewall');
  return ok('br_netfilter', 'on: packets between containers pass the firewall’s FORWARD too');
}

export function checkNetwork({ container }: Platform): Finding[] {
  if (!isRoot()) return [checkForwarding()];
  const inContainer = container !== undefined;
  return [
    ...checkNftables(inContainer),
    ...checkLinks(inContainer),
    checkForwarding(),
    ...checkForwardPolicy(),
    checkBridgeFilter(),
  ];
}
