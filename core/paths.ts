/** Where things are kept: one function a noun, so that no path is spelt twice. */
import { basename, dirname, join } from 'node:path';
import { TsstepError } from './errors.ts';
import type { Known } from './known.ts';

export const names = (root: string): string => join(root, 'names');
export const containers = (root: string): string => join(root, 'containers');
export const volumes = (root: string): string => join(root, 'volumes');
export const volumeDirectory = (root: string, volume: string): string => join(volumes(root), volume);
/** Networks that somebody has made: one file each. */
export const networks = (root: string): string => join(root, 'networks');
export const networkFile = (root: string, id: string): string => join(networks(root), `${id}.json`);
export const images = (root: string): string => join(root, 'images');
export const layers = (root: string): string => join(root, 'layers');
/** A short name for the mount options, which hold one page: `layers/l/0123456789ab` for `layers/0123456789ab…`. */
export const shortLayer = (directory: string): string =>
  join(dirname(directory), 'l', basename(directory).slice(0, 12));
/** Journals of runs that have something to undo. */
export const journals = (root: string): string => join(root, 'runs');
export const journal = (root: string, run: string): string => join(journals(root), `${run}.jsonl`);
/** What happened to containers, networks and volumes: JSON lines. */
export const lifecycleLog = (root: string): string => join(root, 'lifecycle.jsonl');
export const olderLifecycleLog = (root: string): string => `${lifecycleLog(root)}.1`;
/** Who is in which network, under which names: `<bridge>/<container ID>`. */
export const members = (run: string): string => join(run, 'members');
/** Shared things: those of the network in `run`, control groups in `cgroupRun`. */
export const shares = (run: string): string => join(run, 'shares');
/** Held while something in `run` or `cgroupRun` changes. */
export const lock = (directory: string): string => join(directory, 'lock');

/** 64 hex digits: nothing else may become a part of a path. */
export const isId = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

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
    /** Its output; older files are `log.1`, `log.2` … */
    log: join(at, 'log'),
    /** Where its supervisor listens. */
    socket: join(at, 'socket'),
    /** How its process ended, as the supervisor saw it. */
    exit: join(at, 'exit.json'),
    health: join(at, 'health.json'),
    /** What its supervisor had to say: a full disk, an exit code that nobody knows. */
    supervisorLog: join(at, 'supervisor.log'),
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
