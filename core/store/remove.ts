import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import type { Known } from '../known.ts';
import { containerFiles, names } from '../paths.ts';
import { undo } from '../perform/undo.ts';

/** Names that point to this container. */
export function namesOf(root: string, id: string): string[] {
  const all = tolerating(['ENOENT'], () => readdirSync(names(root))) ?? [];
  return all.filter(
    (name) => tolerating(['ENOENT', 'EINVAL'], () => readlinkSync(join(names(root), name))) === id,
  );
}

/** Removes a container's directory, whatever is mounted in it, and its name. For one whose journal is gone. */
export async function removeContainerFiles(root: string, id: string): Promise<void> {
  // These two undos look at nothing that a run has found out.
  const known = {} as Known;
  await undo({ kind: 'remove-tree', path: containerFiles(root, id).directory }, { known });
  for (const name of namesOf(root, id)) {
    await undo({ kind: 'unlink', path: join(names(root), name), target: id }, { known });
  }
}
