import { isActive, readConfigs, readContainer } from '../../store/containers.ts';
import type { Users } from './conflict.ts';
import type { StoredImage } from './stored.ts';

/** The containers of each image, by image ID. A container names the configuration that it was made from. */
export function usersByImage(root: string): ReadonlyMap<string, Users> {
  const users = new Map<string, Users>();
  for (const { id, image } of readConfigs(root).configs) {
    const { running, stopped } = users.get(image.id) ?? { running: [], stopped: [] };
    const state = readContainer(root, id)?.state;
    const alive = state !== undefined && (isActive(state) || state.status === 'creating');
    users.set(
      image.id,
      alive ? { running: [...running, id], stopped } : { running, stopped: [...stopped, id] },
    );
  }
  return users;
}

export const usersOf = (all: ReadonlyMap<string, Users>, { id }: StoredImage): Users =>
  all.get(id) ?? { running: [], stopped: [] };

export const isUsed = (all: ReadonlyMap<string, Users>, { id }: StoredImage): boolean => all.has(id);
