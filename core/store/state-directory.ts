/** Making the directory that everything else is kept in, wherever a person wants it. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { TsstepError } from '../errors.ts';
import { errnoOf, tolerating } from '../kernel/errno.ts';
import type { Places } from '../known.ts';
import { containers, images, journals, layers, names, volumes } from '../paths.ts';

/**
 * One directory after the other: Node's own `recursive` never ends where nothing can be made, as in /proc (ENOENT although
 * the parent is there). @throws TsstepError usage
 */
export function makeStateDirectory(path: string): void {
  if (path.includes(',')) {
    throw new TsstepError({
      code: 'usage',
      what: `the state directory ${path} cannot be used`,
      why: 'overlayfs takes a comma for the end of a mount option',
      remedy: 'name a directory without one: TSSTEP_ROOT=/some/where',
    });
  }
  try {
    make(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new TsstepError({
      code: 'usage',
      what: `the state directory ${path} cannot be made`,
      why: error instanceof Error ? error.message : String(error),
      remedy: 'name a directory on a local disk that root can write to: TSSTEP_ROOT=/some/where',
      errno,
    });
  }
}

function make(path: string): void {
  if (tolerating(['ENOENT'], () => statSync(path))?.isDirectory()) return;
  if (dirname(path) !== path) make(dirname(path));
  // EEXIST: another run has made it meanwhile, or it is a file, which the next use of it tells.
  tolerating(['EEXIST'], () => mkdirSync(path, { mode: 0o700 }));
  statSync(`${path}/.`);
}

/** Everything that a run writes to. For root alone: an image's setuid programs must not be within reach of the host's users (CVE-2021-41091). */
export function makeStateDirectories({ root, run, cgroupRun }: Places): void {
  for (const directory of [
    root,
    run,
    cgroupRun,
    ...[containers, images, journals, layers, names, volumes].map((of) => of(root)),
  ]) {
    makeStateDirectory(directory);
  }
  for (const directory of [layers, images, volumes, containers]) chmodSync(directory(root), 0o700);
}
