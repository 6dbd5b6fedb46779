/** A network as `tsstep network` knows it: one that somebody has made, or one of docker's three that are always there. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { tolerating } from '../kernel/errno.ts';
import type { KnownNetwork } from '../known.ts';
import { BRIDGE } from './bridge.ts';

export interface Network {
  /** 64 hex digits. */
  id: string;
  name: string;
  /** ISO 8601. */
  created: string;
  driver: 'bridge' | 'host' | 'null';
  /** Absent where there is none, and of `bridge` while no container uses it: it is chosen then. */
  subnet?: string;
  gateway?: string;
  /** `--ip-range`. */
  range?: string;
  /** A person has chosen the subnet: only then may one choose addresses in it, as with docker. */
  configured: boolean;
  internal: boolean;
  labels: Readonly<Record<string, string>>;
  options: Readonly<Record<string, string>>;
}

const drivers = { bridge: 'bridge', host: 'host', none: 'null' } as const;

export const isBuiltIn = (name: string): name is keyof typeof drivers => Object.hasOwn(drivers, name);

/** Docker draws these IDs once; these are the same on every machine, so that nothing has to be kept for them. */
export function builtIns(root: string): Network[] {
  const created = tolerating(['ENOENT', 'EACCES'], () => statSync(root).birthtime) ?? new Date(0);
  return Object.entries(drivers).map(([name, driver]) => ({
    id: createHash('sha256').update(`tsstep network ${name}`).digest('hex'),
    name,
    created: created.toISOString(),
    driver,
    configured: false,
    internal: false,
    labels: {},
    options: {},
  }));
}

/** At most 15 characters fit (IFNAMSIZ), so twelve digits of the ID do. */
export const bridgeOf = ({ id, name }: Pick<Network, 'id' | 'name'>): string =>
  name === 'bridge' ? BRIDGE : `ts-${id.slice(0, 12)}`;

export const MTU = 'com.docker.network.driver.mtu';
export const MASQUERADE = 'com.docker.network.bridge.enable_ip_masquerade';

/** Docker takes what Go's strconv.ParseBool takes. */
export const isFalse = (text: string | undefined): boolean =>
  ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text ?? '');

export function knownNetwork(network: Network): KnownNetwork {
  const { id, name, subnet = '', gateway = '', range, configured, internal, options } = network;
  const mtu = options[MTU];
  return {
    id,
    name,
    bridge: bridgeOf(network),
    subnet,
    gateway,
    ...(range !== undefined && { range }),
    configured,
    internal,
    masquerade: !isFalse(options[MASQUERADE]),
    ...(mtu !== undefined && { mtu: Number(mtu) }),
  };
}
