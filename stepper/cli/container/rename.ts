import { symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, tolerating } from '../../../core/kernel/errno.ts';
import { renameMember } from '../../../core/network/members.ts';
import { names } from '../../../core/paths.ts';
import { nameInUse } from '../../../core/perform/host.ts';
import { parseName } from '../../../core/spec/name.ts';
import { usageError } from '../../../core/spec/usage.ts';
import { withContainerLock } from '../../../core/store/container-lock.ts';
import { findContainer, readLocked, writeConfig } from '../../../core/store/containers.ts';
import { recordContainer } from '../../../core/store/lifecycle-log.ts';
import { requireState } from '../../../core/store/states.ts';
import { forEach, openStateAsRoot } from '../state.ts';

/** Prints nothing, as docker. */
export async function rename(reference: string, wanted: string): Promise<number> {
  const places = openStateAsRoot('rename');
  const { root } = places;
  return await forEach([reference], async () => {
    const { id } = findContainer(root, reference).config;
    const name = parseName(wanted, 'rename');
    await withContainerLock(root, id, async () => {
      const container = readLocked(root, id);
      requireState(container, 'rename');
      const { config } = container;
      if (config.name === name) {
        const why = 'Renaming a container with the same name as its current name';
        throw usageError('rename', wanted, why, 'choose another name');
      }
      reserve(root, name, id);
      writeConfig(root, { ...config, name });
      tolerating(['ENOENT'], () => unlinkSync(join(names(root), config.name)));
      await renameMember(places, id, config.name, name);
      recordContainer(root, { ...config, name }, 'rename', { oldName: `/${config.name}` });
    });
  });
}

/** A symlink is made or refused in one step, so of two who want a name one gets it. */
function reserve(root: string, name: string, id: string): void {
  try {
    symlinkSync(id, join(names(root), name));
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? nameInUse(name) : error;
  }
}
