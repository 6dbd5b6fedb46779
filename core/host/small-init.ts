/** The small init that `--init` puts in front of a command: docker's own is tini, built statically, under another name. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { needsInterpreter } from '../image/lab/elf.ts';
import { errnoOf } from '../kernel/errno.ts';

const names = ['docker-init', 'tini-static', 'catatonit'];

/** Where podman and newer dockers keep theirs. */
const elsewhere = ['/usr/libexec/docker', '/usr/libexec/podman', '/usr/lib/podman'];

/** An image has no libraries for a program of the host: only a static one runs there. */
function isFit(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return needsInterpreter(path) === false;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** The first one that is static, in the order of names. */
export function findSmallInit(path = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(':').filter((folder) => folder.startsWith('/')), ...elsewhere];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isFit);
}
