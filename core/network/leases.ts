/**
 * Who has which address: one file a container, `<run>/leases/<network>/<holder>`, holding its lease as JSON. The subnet is
 * chosen when there is no lease and stays while there is one. A reboot clears the files like the bridge itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import type { Lease, Places } from '../known.ts';
import type { Operation, OperationOf } from '../operation.ts';
import { lock, networkFile } from '../paths.ts';
import { runTool } from '../perform/run-tool.ts';
import { holdersIn, readHeld, removeEmpty, removeHeld, writeHeld } from './holders.ts';
import { formatAddress, macOf, parseAddress, parseBlock, sizeOf } from './ipv4.ts';
import { ownNetworks } from './store.ts';
import { chooseSubnet, type Route, refuseRouted } from './subnet.ts';

const leasesOf = (run: string, network: string): string => join(run, 'leases', network);

export interface Choice {
  /** The subnet's first address unless told. */
  gateway?: string | undefined;
  /** Only from this part of the subnet. */
  range?: string | undefined;
  /** This one and no other. */
  ip?: string | undefined;
}

/** The lowest free address of the subnet, or of a part of it. @throws TsstepError network */
export function nextLease(
  network: string,
  subnet: string,
  taken: readonly string[],
  { gateway, range, ip }: Choice = {},
): Lease {
  const block = parseBlock(subnet);
  const part = range === undefined ? block : parseBlock(range);
  if (!block || !part) throw new Error(`"${subnet}" is not a subnet`);
  const own = gateway ?? formatAddress(block.base + 1);
  const leaseOf = (address: number): Lease => ({
    network,
    bridge: network,
    subnet,
    prefix: block.prefix,
    gateway: own,
    address: formatAddress(address),
    mac: macOf(address),
  });
  const isFree = (address: number): boolean =>
    // The first address is the subnet's own name, the last one its broadcast address.
    address > block.base &&
    address < block.base + sizeOf(block) - 1 &&
    ![own, ...taken].includes(formatAddress(address));
  if (ip !== undefined) {
    const address = parseAddress(ip);
    if (address !== undefined && isFree(address)) return leaseOf(address);
    throw notFree(ip, subnet, own, taken);
  }
  for (let address = part.base; address < part.base + sizeOf(part); address++)
    if (isFree(address)) return leaseOf(address);
  throw new TsstepError({
    code: 'network',
    what: `no free address in ${range ?? subnet}`,
    why: `${taken.length} containers have one each`,
    remedy: 'remove containers that are no longer needed: tsstep rm',
  });
}

function notFree(ip: string, subnet: string, gateway: string, taken: readonly string[]): TsstepError {
  const why =
    ip === gateway
      ? 'it is the gateway’s, the address of the bridge itself'
      : taken.includes(ip)
        ? 'another container has it'
        : `it is not one of ${subnet} that a container can have`;
  return new TsstepError({
    code: 'network',
    what: taken.includes(ip) || ip === gateway ? 'Address already in use' : `--ip ${ip} cannot be used`,
    why: `${ip}: ${why}`,
    remedy: `choose another of ${subnet}, or leave --ip out for any that is free`,
  });
}

/** Asking again for the same holder gives the same lease. @throws TsstepError network, no-such-network, tool-failed, missing-tool */
export async function takeLease(
  { root, run }: Pick<Places, 'root' | 'run'>,
  { network, holder, pool, ip }: Omit<OperationOf<'lease'>, keyof Operation>,
): Promise<Lease> {
  return await withLock(lock(run), async () => {
    const leases = leasesIn(run, network);
    const own = leases.get(holder);
    if (own) return own;
    const others = [...leases.values()];
    // Whoever removes a network holds this lock as well.
    if (pool && !existsSync(networkFile(root, pool.id))) throw removedMeanwhile(pool.id);
    if (pool && others.length === 0) refuseRouted(pool.subnet, network, await hostRoutes());
    const subnet = pool?.subnet ?? others[0]?.subnet ?? (await freeSubnet(root, network));
    const taken = others.map(({ address }) => address);
    const lease = nextLease(network, subnet, taken, { gateway: pool?.gateway, range: pool?.range, ip });
    writeHeld(leasesOf(run, network), holder, lease);
    return lease;
  });
}

/** Also of those that no route leads to now, because no container is in them. */
export async function freeSubnet(root: string, bridge: string): Promise<string> {
  const reserved = ownNetworks(root).map(({ subnet = '' }) => subnet);
  return chooseSubnet(await hostRoutes(), [...hostNameservers(), ...reserved], bridge);
}

function removedMeanwhile(id: string): TsstepError {
  return new TsstepError({
    code: 'no-such-network',
    what: `No such network: ${id}`,
    why: 'it has been removed meanwhile',
    remedy: 'make it again: tsstep network create',
  });
}

/** Nothing to release is fine. */
export async function releaseLease(run: string, network: string, holder: string): Promise<void> {
  await withLock(lock(run), () => {
    const directory = leasesOf(run, network);
    removeHeld(directory, holder);
    removeEmpty(directory);
  });
}

/** The leases of a network, by holder. */
export function leasesIn(run: string, network: string): Map<string, Lease> {
  const directory = leasesOf(run, network);
  return new Map(
    holdersIn(directory).flatMap((holder) => {
      const lease = readHeld<Lease>(directory, holder);
      return lease ? [[holder, lease]] : [];
    }),
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
