/** The networks that there are: `<root>/networks/<ID>.json`, and docker's three. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { tolerating } from '../kernel/errno.ts';
import { isId, networkFile, networks } from '../paths.ts';
import { replaceFile } from '../replace-file.ts';
import { builtIns, type Network } from './network.ts';

/** Held while a network is made or removed, so that no two get the same name or subnet. */
export const networksLock = (root: string): string => join(networks(root), '.lock');

const byName = (a: Network, b: Network): number => (a.name < b.name ? -1 : 1);

/** Those that somebody has made, by name. */
export function ownNetworks(root: string): Network[] {
  const files = tolerating(['ENOENT'], () => readdirSync(networks(root))) ?? [];
  return files
    .filter((file) => file.endsWith('.json') && isId(file.slice(0, -'.json'.length)))
    .flatMap((file) => {
      const text = tolerating(['ENOENT'], () => readFileSync(join(networks(root), file), 'utf8'));
      return text === undefined ? [] : [JSON.parse(text) as Network];
    })
    .sort(byName);
}

/** By name, as docker lists them. */
export const listNetworks = (root: string): Network[] =>
  [...builtIns(root), ...ownNetworks(root)].sort(byName);

/** By name, full ID, or a prefix of the ID that fits one network only. @throws TsstepError no-such-network */
export function findNetwork(root: string, reference: string): Network {
  const all = listNetworks(root);
  const exact = all.find(({ id, name }) => name === reference || id === reference);
  if (exact) return exact;
  const prefixed = /^[0-9a-f]+$/.test(reference) ? all.filter(({ id }) => id.startsWith(reference)) : [];
  if (prefixed.length === 1 && prefixed[0]) return prefixed[0];
  if (prefixed.length > 1) {
    throw new TsstepError({
      code: 'no-such-network',
      what: `network ${reference} is ambiguous (${prefixed.length} matches found based on ID prefix)`,
      why: `it fits ${prefixed.map(({ name }) => name).join(', ')}`,
      remedy: 'give more digits, or the name',
      exit: 1,
    });
  }
  throw new TsstepError({
    code: 'no-such-network',
    what: `No such network: ${reference}`,
    why: 'neither a name nor the beginning of an ID',
    remedy: 'tsstep network ls lists them all, tsstep network create makes one',
    exit: 1,
  });
}

/** In one step, so that a reader sees it whole or not at all. */
export function writeNetwork(root: string, network: Network): void {
  mkdirSync(networks(root), { recursive: true, mode: 0o700 });
  replaceFile(networkFile(root, network.id), `${JSON.stringify(network, null, 2)}\n`, { sync: true });
}

export const forgetNetwork = (root: string, id: string): void =>
  rmSync(networkFile(root, id), { force: true });
