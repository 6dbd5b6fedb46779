import { existsSync } from 'node:fs';
import { TsstepError } from '../errors.ts';
import { containerFiles } from '../paths.ts';
import type { ContainerConfig } from './config.ts';

/** The files of a container that has come as far as stage overlay. @throws TsstepError container-state */
export function writableLayer(
  root: string,
  { id, name }: ContainerConfig,
): ReturnType<typeof containerFiles> {
  const files = containerFiles(root, id);
  if (existsSync(files.merged)) return files;
  throw new TsstepError({
    code: 'container-state',
    what: `${name} has no files yet`,
    why: 'its writable layer is made in stage overlay, and its run has not come that far',
    remedy: 'let the run go on to stage namespaces, then try again',
    exit: 1,
  });
}
