/**
 * Who has which address: one file a container, `<run>/leases/<network>/<holder>`, holding its lease as JSON. The subnet is
 * chosen when there is no lease and stays while there is one. A reboot clears the files like the bridge itself.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import type { Lease } from '../known.ts';
import { lock } from '../paths.ts';
import { runTool } from '../perform/run-tool.ts';
import { formatAddress, macOf, parseBlock, sizeOf } from './ipv4.ts';
import { chooseSubnet, type Route } from './subnet.ts';

const leasesOf = (run: string, network: string): string => join(run, 'leases', network);

/** The lowest free address of the subnet, behind the gateway, which has the first. @throws TsstepError network */
export function nextLease(network: string, subnet: string, taken: readonly string[]): Lease {
  const block = parseBlock(subnet);
  if (!block) throw new Error(`"${subnet}" is not a subnet`);
  const gateway = block.base + 1;
  // The last address is the subnet's broadcast address.
  for (let address = gateway + 1; address < block.base + sizeOf(block) - 1; address++) {
    if (taken.includes(formatAddress(address))) continue;
    return {
      network,
      bridge: network,
      subnet,
      prefix: block.prefix,
      gateway: formatAddress(gateway),
      address: formatAddress(address),
      mac: macOf(address),
    };
  }
  throw new TsstepError({
    code: 'network',
    what: `no free address in ${subnet}`,
    why: `${taken.length} containers have one each`,
    remedy: 'remove containers that are no longer needed: tsstep rm',
  });
}

/** Asking again for the same holder gives the same lease. @throws TsstepError network, tool-failed, missing-tool */
export async function takeLease(run: string, network: string, holder: string): Promise<Lease> {
  return await withLock(lock(run), async () => {
    const directory = leasesOf(run, network);
    mkdirSync(directory, { recursive: true });
    const leases = read(directory);
    const own = leases.get(holder);
    if (own) return own;
    const others = [...leases.values()];
    const subnet = others[0]?.subnet ?? chooseSubnet(await hostRoutes(), hostNameservers(), network);
    const lease = nextLease(
      network,
      subnet,
      others.map(({ address }) => address),
    );
    // Renamed into place: a tsstep that is killed here leaves a dotfile, never half a lease.
    const partial = join(directory, `.${holder}`);
    writeFileSync(partial, `${JSON.stringify(lease)}\n`);
    renameSync(partial, join(directory, holder));
    return lease;
  });
}

/** Nothing to release is fine. */
export async function releaseLease(run: string, network: string, holder: string): Promise<void> {
  await withLock(lock(run), () => {
    const directory = leasesOf(run, network);
    rmSync(join(directory, holder), { force: true });
    rmSync(join(directory, `.${holder}`), { force: true });
    for (const empty of [directory, dirname(directory)])
      tolerating(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(empty));
  });
}

function read(directory: string): Map<string, Lease> {
  const holders = readdirSync(directory).filter((name) => !name.startsWith('.'));
  return new Map(
    holders.map((holder) => [holder, JSON.parse(readFileSync(join(directory, holder), 'utf8')) as Lease]),
  );
}

export async function hostRoutes(): Promise<Route[]> {
  const { stdout } = await runTool(['ip', '-j', 'route', 'show', 'table', 'all']);
  return JSON.parse(stdout.trim() || '[]') as Route[];
}

/** systemd-resolved shows its own address in /etc/resolv.conf and the real resolvers in a file of its own. */
export function hostNameservers(): string[] {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
  const text = files.map((file) => tolerating(['ENOENT'], () => readFileSync(file, 'utf8')) ?? '').join('\n');
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
}
