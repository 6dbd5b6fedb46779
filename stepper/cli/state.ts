/** Where commands find containers and images, and how they report several failures. */
import { accessSync, constants } from 'node:fs';
import { failureOf, TsstepError } from '../../core/errors.ts';
import { stateDirectories } from '../../core/host/facts.ts';
import { errnoOf } from '../../core/kernel/errno.ts';
import type { Places } from '../../core/known.ts';
import { containers } from '../../core/paths.ts';
import { showFailure } from '../show-failure.ts';

/** @throws TsstepError not-root when the state is there and this user may not read it */
export function openState(command: string): Places {
  const directories = stateDirectories(process.env);
  try {
    accessSync(containers(directories.root), constants.R_OK | constants.X_OK);
  } catch (error) {
    if (errnoOf(error) === 'EACCES') throw needsRoot(command, directories.root);
  }
  return directories;
}

/** For commands that change something. @throws TsstepError not-root */
export function openStateAsRoot(command: string): Places {
  const directories = stateDirectories(process.env);
  if (process.geteuid?.() !== 0) throw needsRoot(command, directories.root);
  return directories;
}

function needsRoot(command: string, root: string): TsstepError {
  return new TsstepError({
    code: 'not-root',
    what: `tsstep ${command} needs root`,
    why: `${root} is root’s, because what is kept there becomes root’s files in containers`,
    remedy: `sudo tsstep ${command} …`,
  });
}

/** Does something for each name; a failure is shown and does not keep the others waiting. @returns the exit code, docker's 1 */
export async function forEach(
  names: readonly string[],
  fn: (name: string) => void | Promise<void>,
): Promise<number> {
  let code = 0;
  for (const name of names) {
    try {
      await fn(name);
    } catch (error) {
      showFailure(failureOf(error));
      code = 1;
    }
  }
  return code;
}
