/** What the three mount flags have in common: where something is mounted, and how volumes are called. */
import { posix } from 'node:path';
import type { MountSpec } from './types.ts';
import { usageError } from './usage.ts';

export const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const;
export type Propagation = (typeof propagations)[number];
export const isPropagation = (text: string): text is Propagation => propagations.some((one) => one === text);

/** An absolute path without `.`, `..`, doubled or trailing slashes. */
export function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

/** The place in the container; `text` is the whole value of the flag. */
export function parseTarget(flag: string, text: string, target: string): string {
  const remedy = `name an absolute path in the container: ${examples[flag] ?? flag}`;
  if (!target.startsWith('/')) {
    throw usageError(flag, text, `mount path ${JSON.stringify(target)} must be absolute`, remedy);
  }
  const clean = cleanPath(target);
  if (clean === '/') throw usageError(flag, text, "destination can't be '/': the image is there", remedy);
  if (/^\/proc(\/|$)/.test(clean)) {
    throw usageError(flag, text, 'programs have to be able to trust what /proc says about them', remedy);
  }
  return clean;
}

const examples: Readonly<Record<string, string>> = {
  '--volume': '--volume /srv/data:/data',
  '--mount': '--mount type=volume,src=data,dst=/data',
  '--tmpfs': '--tmpfs /run:size=64m',
};

/** A named volume's name, docker's rule; it becomes a directory's name. */
export function parseVolumeName(flag: string, text: string, name: string): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    const why = `${JSON.stringify(name)} includes invalid characters for a volume name, only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`;
    throw usageError(
      flag,
      text,
      why,
      'if you mean a host directory, write its absolute path or start it with ./',
    );
  }
  if (name.length < 2) {
    throw usageError(
      flag,
      text,
      `volume name ${JSON.stringify(name)} is too short`,
      'use two characters or more',
    );
  }
  return name;
}

/** What a volume, bind or tmpfs says about itself in an error. */
export function describeMount(mount: MountSpec): string {
  if (mount.type === 'tmpfs') return `tmpfs on ${mount.target}`;
  return `${mount.type} ${mount.source ?? '(anonymous)'} on ${mount.target}`;
}
