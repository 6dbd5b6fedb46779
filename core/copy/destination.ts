/** Where a copy goes and what it is called there, by docker's rules (docs.docker.com, docker container cp). */
import * as fs from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import { cannotCopy } from './refusal.ts';

export interface Source {
  /** Its last component; '' where the content of a directory is meant: `dir/.` */
  name: string;
  directory: boolean;
}

export interface Destination {
  /** A directory that is there. */
  into: string;
  /** What the source is called in it; '': its content goes right into the directory. */
  name: string;
}

/** `dir/` and `dir/.` can only be directories. */
export const assertsDirectory = (path: string): boolean => /(^|\/)\.?$/.test(path);

/** `dir/.`: what is in it, and not the directory itself. */
export const meansContent = (path: string): boolean =>
  path === '.' || path.endsWith('/.') || /^\/*$/.test(path);

/**
 * @param path as it was typed, where this process sees it: on this machine, or in a container after chroot(2)
 * @param shown names it in errors
 * @throws TsstepError copy
 */
export function destinationOf(path: string, source: Source, shown: string): Destination {
  const target = lookUp(path);
  const stat = tolerating(['ENOENT', 'ENOTDIR'], () => fs.statSync(target));
  if (stat?.isDirectory()) return { into: target, name: source.name };
  if (assertsDirectory(path) && !source.directory) throw noDirectory(shown);
  if (stat && source.directory) {
    throw cannotCopy(
      `cannot copy directory to ${shown}`,
      'there is a file of that name',
      'name a directory, or something that is not there yet',
    );
  }
  const into = dirname(target);
  if (!tolerating(['ENOENT', 'ENOTDIR'], () => fs.statSync(into))?.isDirectory()) throw noDirectory(shown);
  return { into, name: basename(target) };
}

/** A symlink as destination means what it leads to, even if that is not there yet. */
function lookUp(path: string, links = 40): string {
  const clean = posix.normalize(path).replace(/(.)\/$/, '$1');
  const target = tolerating(['ENOENT', 'ENOTDIR', 'EINVAL'], () => fs.readlinkSync(clean));
  if (target === undefined || links === 0) return clean;
  return lookUp(target.startsWith('/') ? target : join(dirname(clean), target), links - 1);
}

function noDirectory(shown: string): Error {
  return cannotCopy(
    `no such directory: ${shown}`,
    'the directory that it is to be copied into has to be there',
    'make it first, or copy the whole directory',
  );
}

/** Gives entries of a source the names that they have at the destination: `dir/a` becomes `new/a`. '' is the root itself. */
export function renamed(path: string, from: string, to: string): string {
  const rest = from === '' ? path : path === from ? '' : path.slice(from.length + 1);
  return [to, rest].filter((part) => part !== '').join('/');
}
