/** Where things are kept: one function a noun, so that no path is spelt twice. */
import { join } from 'node:path';
import { TsstepError } from './errors.ts';
import type { HostFacts, Known } from './known.ts';

export const names = (root: string): string => join(root, 'names');
export const containers = (root: string): string => join(root, 'containers');
export const volumes = (root: string): string => join(root, 'volumes');
export const volumeDirectory = (root: string, volume: string): string => join(volumes(root), volume);
export const layers = (root: string): string => join(root, 'layers');
/** Journals of runs that have something to undo. */
export const journals = (root: string): string => join(root, 'runs');
export const journal = (root: string, run: string): string => join(journals(root), `${run}.jsonl`);
export const shares = (host: Pick<HostFacts, 'run'>): string => join(host.run, 'shares');
export const lock = (run: string): string => join(run, 'lock');

/** The files of one container's directory. */
export function containerFiles(root: string, id: string) {
  const at = join(containers(root), id);
  return {
    directory: at,
    config: join(at, 'config.json'),
    state: join(at, 'state.json'),
    hostname: join(at, 'hostname'),
    hosts: join(at, 'hosts'),
    resolvConf: join(at, 'resolv.conf'),
    upper: join(at, 'upper'),
    work: join(at, 'work'),
    merged: join(at, 'merged'),
  };
}

/** A fact that an earlier operation has found out; asking for it too early is a mistake in a stage. */
export function need<K extends keyof Known>(known: Known, key: K): NonNullable<Known[K]> {
  const value = known[key];
  if (value === undefined || value === null) {
    throw new TsstepError({
      code: 'internal',
      what: `"${key}" is not known yet`,
      why: 'a stage planned an operation before the one that finds this out',
      remedy: 'please report it with the file that --events wrote',
    });
  }
  return value;
}
