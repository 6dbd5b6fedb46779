/** How a plan looks at this machine: reading only, and as whoever asks. Tests have a fixed one. */

import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../../core/errors.ts';
import { missingPart } from '../../core/host/missing-part.ts';
import { parsePlatform } from '../../core/image/platform.ts';
import { canonicalName, parseReference } from '../../core/image/reference.ts';
import { resolveImage } from '../../core/image/store/resolve.ts';
import { errnoOf, tolerating } from '../../core/kernel/errno.ts';
import type { HostFacts, ImageLookup, KnownNetwork, Lease, Peer } from '../../core/known.ts';
import { generateName } from '../../core/names/generate.ts';
import { hostNameservers, hostRoutes, nextLease } from '../../core/network/leases.ts';
import { knownNetwork } from '../../core/network/network.ts';
import { findNetwork } from '../../core/network/store.ts';
import { candidates, chooseSubnet } from '../../core/network/subnet.ts';
import type { OperationOf } from '../../core/operation.ts';
import { containers, names } from '../../core/paths.ts';
import type { MountSpec } from '../../core/spec/types.ts';
import { findRunning } from '../../core/store/containers.ts';
import { findToJoin } from '../../core/store/find-to-join.ts';
import { mountsFrom } from '../../core/store/volumes.ts';

const closed = ['EACCES', 'EPERM'];

export interface Looks {
  randomHex(bytes: number): string;
  now(): string;
  name(): string;
  /** `unreadable`: the built-in image was asked for, and the store may not be read. */
  image(reference: string, platform?: string): Promise<ImageLookup | 'unreadable'>;
  /** `read`: what others have was seen. */
  /** @throws TsstepError no-such-network */
  network(reference: string): KnownNetwork;
  lease(
    network: string,
    from?: Pick<OperationOf<'lease'>, 'pool' | 'ip'>,
  ): Promise<{ lease: Lease; read: boolean }>;
  /** undefined: containers may not be looked at. */
  container(reference: string, option?: string): Peer | undefined;
  /** undefined: containers may not be looked at. */
  mounts(from: { reference: string; readOnly: boolean }): MountSpec[] | undefined;
  /** The topmost directory of a path that does not exist; null: all of it does. */
  missing(path: string): string | null;
  volume(path: string): 'absent' | 'empty' | 'filled' | 'unreadable';
}

/** What `read` finds, or undefined where this user may not look. */
function allowed<T>(read: () => T): T | undefined {
  return tolerating(closed, read);
}

export class MachineLooks implements Looks {
  readonly #host: HostFacts;
  /** A bridge of its own instead of the shared one: what a script makes by hand is no business of tsstep's containers. */
  readonly #ownBridge: string | undefined;

  constructor(host: HostFacts, ownBridge?: string) {
    this.#host = host;
    this.#ownBridge = ownBridge;
  }

  randomHex(bytes: number): string {
    return randomBytes(bytes).toString('hex');
  }

  now(): string {
    return new Date().toISOString();
  }

  name(): string {
    return generateName(
      (below) => randomInt(below),
      (name) => existsSync(join(names(this.#host.root), name)),
    );
  }

  async image(reference: string, platform?: string): Promise<ImageLookup | 'unreadable'> {
    try {
      return await resolveImage(this.#host.root, reference, platform ? parsePlatform(platform) : undefined);
    } catch (error) {
      if (!closed.includes(errnoOf(error) ?? '')) throw error;
      if (canonicalName(parseReference(reference)) === canonicalName(parseReference('lab')))
        return 'unreadable';
      throw storeIsClosed(reference, this.#host.root);
    }
  }

  /** @throws TsstepError no-such-network */
  network(reference: string): KnownNetwork {
    return knownNetwork(findNetwork(this.#host.root, reference));
  }

  async lease(
    network: string,
    { pool, ip }: Pick<OperationOf<'lease'>, 'pool' | 'ip'> = {},
  ): Promise<{ lease: Lease; read: boolean }> {
    const bridge = this.#ownBridge ?? network;
    const taken = this.#ownBridge === undefined ? this.#leases(network) : [];
    const routes = await hostRoutes().catch(() => undefined);
    const subnet =
      pool?.subnet ??
      taken?.[0]?.subnet ??
      (routes ? chooseSubnet(routes, hostNameservers(), bridge) : (candidates[0] ?? ''));
    const lease = nextLease(
      network,
      subnet,
      (taken ?? []).map(({ address }) => address),
      { gateway: pool?.gateway, range: pool?.range, ip },
    );
    return { lease: { ...lease, bridge }, read: taken !== undefined && routes !== undefined };
  }

  container(reference: string, option?: string): Peer | undefined {
    const { root, cgroups } = this.#host;
    const readable = allowed(() => tolerating(['ENOENT'], () => readdirSync(containers(root))) ?? []);
    const find = () =>
      option === undefined ? findToJoin(root, reference, cgroups) : findRunning(root, reference, option);
    return readable && allowed(find);
  }

  mounts(from: { reference: string; readOnly: boolean }): MountSpec[] | undefined {
    const { root } = this.#host;
    const readable = allowed(() => tolerating(['ENOENT'], () => readdirSync(containers(root))) ?? []);
    return readable && allowed(() => mountsFrom(root, from));
  }

  missing(path: string): string | null {
    return missingPart(path);
  }

  volume(path: string): 'absent' | 'empty' | 'filled' | 'unreadable' {
    try {
      return readdirSync(path).length === 0 ? 'empty' : 'filled';
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? 'absent' : 'unreadable';
    }
  }

  #leases(network: string): Lease[] | undefined {
    const directory = join(this.#host.run, 'leases', network);
    return allowed(() => {
      const holders = tolerating(['ENOENT'], () => readdirSync(directory)) ?? [];
      return holders
        .filter((name) => !name.startsWith('.'))
        .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Lease);
    });
  }
}

function storeIsClosed(reference: string, root: string): TsstepError {
  return new TsstepError({
    code: 'not-root',
    what: `cannot look up the image ${reference}`,
    why: `the store in ${root} is root’s, because what is kept there becomes root’s files in containers`,
    remedy: 'plan with `lab`, whose shape is known, or let root do it: sudo tsstep plan run …',
  });
}
