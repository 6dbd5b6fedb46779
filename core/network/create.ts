/** Making and removing networks: only files, as the bridge comes with the first container and goes with the last one. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { TsstepError } from '../errors.ts';
import { withLock } from '../kernel/fs.ts';
import type { Places } from '../known.ts';
import { lock, networks } from '../paths.ts';
import { isNetworkName } from '../spec/namespace-mode.ts';
import { recordLifecycle } from '../store/lifecycle-log.ts';
import { type Block, formatAddress, formatBlock, overlap, parseAddress, parseBlock, sizeOf } from './ipv4.ts';
import { freeSubnet, hostRoutes, leasesIn } from './leases.ts';
import { bridgeOf, isBuiltIn, MASQUERADE, MTU, type Network } from './network.ts';
import { forgetNetwork, networksLock, ownNetworks, writeNetwork } from './store.ts';
import { type Route, refuseRouted } from './subnet.ts';

export interface NewNetwork {
  name: string;
  subnet?: string | undefined;
  gateway?: string | undefined;
  range?: string | undefined;
  internal: boolean;
  labels: Readonly<Record<string, string>>;
  options: Readonly<Record<string, string>>;
}

const refuse = (what: string, why: string, remedy: string): TsstepError =>
  new TsstepError({ code: 'network', what, why, remedy, exit: 1 });

function blockOf(flag: string, text: string): Block {
  const block = text.includes('/') ? parseBlock(text) : undefined;
  if (block) return block;
  throw refuse(
    `invalid CIDR address: ${text}`,
    text.includes(':')
      ? 'tsstep’s networks speak IPv4 only'
      : `${flag} is an address, a slash and the bits that all share`,
    `write it like ${flag} 10.9.0.0/24`,
  );
}

const holds = (outer: Block, inner: Block): boolean => inner.prefix >= outer.prefix && overlap(outer, inner);

/** @throws TsstepError network */
function addressing({ subnet, gateway, range }: NewNetwork): Pick<Network, 'subnet' | 'gateway' | 'range'> {
  if (subnet === undefined) {
    if (gateway === undefined && range === undefined) return {};
    throw refuse(
      'every ip-range or gateway must have a corresponding subnet',
      'they are parts of a subnet that you choose',
      'add --subnet',
    );
  }
  const block = blockOf('--subnet', subnet);
  if (block.prefix > 30 || block.prefix < 8)
    throw refuse(
      `--subnet ${subnet} cannot be used`,
      'a subnet has from 4 (/30) to 2^24 (/8) addresses, and the first, the last and the gateway’s are no container’s',
      'write it like --subnet 10.9.0.0/24',
    );
  const part = range === undefined ? undefined : blockOf('--ip-range', range);
  if (part && !holds(block, part))
    throw refuse(
      `no matching subnet for range ${range}`,
      `it is not inside ${subnet}`,
      `a part of ${subnet}`,
    );
  const own = gateway === undefined ? block.base + 1 : parseAddress(gateway);
  if (own === undefined || own <= block.base || own >= block.base + sizeOf(block) - 1)
    throw refuse(
      `no matching subnet for gateway ${gateway}`,
      `it is no host’s address in ${subnet}`,
      `an address of ${subnet}`,
    );
  return {
    subnet: formatBlock(block),
    gateway: formatAddress(own),
    ...(part && { range: formatBlock(part) }),
  };
}

function checkName(name: string): void {
  if (isBuiltIn(name) || name === 'default')
    throw refuse(
      `operation is not permitted on predefined ${name} network`,
      'it is there in any case',
      'choose another name',
    );
  if (!isNetworkName(name))
    throw refuse(
      `invalid network name: ${name}`,
      'a name is letters, digits, _ . and -, and starts with a letter or digit',
      'tsstep network create shop-1',
    );
}

/** Docker takes any option and looks at those that it knows; of these, all but two would be promises. */
function checkOptions(options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith('com.docker.network.') && name !== MTU && name !== MASQUERADE)
      throw refuse(
        `-o ${name} is not supported`,
        `of docker’s own options, tsstep has ${MTU} and ${MASQUERADE}`,
        'leave it out',
      );
    const mtu = Number(value);
    // 68: RFC 791; 65535: the kernel's greatest for veth and bridge.
    if (name === MTU && !(Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535))
      throw refuse(
        `-o ${name}=${value} cannot be used`,
        'it is the size of a packet in bytes, 68 to 65535',
        `-o ${MTU}=1450`,
      );
  }
}

function checkFree(name: string, subnet: string | undefined, others: readonly Network[]): void {
  if (others.some((other) => other.name === name))
    throw new TsstepError({
      code: 'network-in-use',
      what: `network with name ${name} already exists`,
      why: 'a name stands for one network',
      remedy: `tsstep network rm ${name}, or choose another name`,
      exit: 1,
    });
  const block = parseBlock(subnet ?? '');
  const other = others.find((one) => {
    const its = parseBlock(one.subnet ?? '');
    return block && its && overlap(block, its);
  });
  if (other)
    throw refuse(
      'Pool overlaps with other one on this address space',
      `${subnet} overlaps ${other.subnet}, which is the network ${other.name}’s`,
      'choose another --subnet, or leave it out for one that is free',
    );
}

/** @throws TsstepError network, network-in-use */
export async function createNetwork(
  { root, run }: Pick<Places, 'root' | 'run'>,
  wanted: NewNetwork,
  routes: () => Promise<readonly Route[]> = hostRoutes,
): Promise<Network> {
  checkName(wanted.name);
  checkOptions(wanted.options);
  const told = addressing(wanted);
  mkdirSync(networks(root), { recursive: true, mode: 0o700 });
  return await withLock(networksLock(root), async () => {
    const others = ownNetworks(root);
    checkFree(wanted.name, told.subnet, others);
    const id = randomBytes(32).toString('hex');
    const { name, internal, labels, options } = wanted;
    const bridge = bridgeOf({ id, name });
    // The default network's, too: while it is in use, its bridge has a route.
    if (told.subnet !== undefined) refuseRouted(told.subnet, bridge, await routes());
    const subnet = told.subnet ?? (await withLock(lock(run), () => freeSubnet(root, bridge)));
    const gateway = told.gateway ?? formatAddress((parseBlock(subnet)?.base ?? 0) + 1);
    const network: Network = {
      id,
      name,
      created: new Date().toISOString(),
      driver: 'bridge',
      ...told,
      subnet,
      gateway,
      configured: wanted.subnet !== undefined,
      internal,
      labels,
      options,
    };
    writeNetwork(root, network);
    record(root, network, 'create');
    return network;
  });
}

const record = (root: string, { id, name, driver }: Network, action: string): void =>
  recordLifecycle(root, { type: 'network', action, id, attributes: { name, type: driver } });

/** IDs of the containers that have an address in it. */
export const holdersOf = (run: string, network: Network): string[] => [
  ...leasesIn(run, bridgeOf(network)).keys(),
];

/** @throws TsstepError network-in-use, network */
export async function removeNetwork(
  { root, run }: Pick<Places, 'root' | 'run'>,
  network: Network,
): Promise<void> {
  const { id, name } = network;
  if (isBuiltIn(name))
    throw refuse(
      `${name} is a pre-defined network and cannot be removed`,
      'docker’s three networks are there in any case',
      'tsstep network ls shows which are yours',
    );
  // Whoever takes an address holds the same lock.
  await withLock(lock(run), () => {
    const holders = holdersOf(run, network);
    if (holders.length > 0)
      throw new TsstepError({
        code: 'network-in-use',
        what: `error while removing network: network ${name} id ${id} has active endpoints`,
        why: `${holders.length === 1 ? 'a running container is' : `${holders.length} running containers are`} in it: ${holders.map((one) => one.slice(0, 12)).join(', ')}`,
        remedy: `stop them, or: tsstep network disconnect ${name} CONTAINER`,
        exit: 1,
      });
    forgetNetwork(root, id);
  });
  record(root, network, 'destroy');
}
