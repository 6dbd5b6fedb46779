import { listContainers } from '../../store/containers.ts';
import type { Users } from './conflict.ts';
import type { StoredImage } from './stored.ts';

/** The containers of each image, by image ID. A container names the configuration that it was made from. */
export function usersByImage(root: string): ReadonlyMap<string, Users> {
  const users = new Map<string, Users>();
  for (const { config, state } of listContainers(root)) {
    const { running, stopped } = users.get(config.image.id) ?? { running: [], stopped: [] };
    const alive = state.status === 'running' || state.status === 'creating';
    users.set(
      config.image.id,
      alive ? { running: [...running, config.id], stopped } : { running, stopped: [...stopped, config.id] },
    );
  }
  return users;
}

export const usersOf = (all: ReadonlyMap<string, Users>, { id }: StoredImage): Users =>
  all.get(id) ?? { running: [], stopped: [] };

export const isUsed = (all: ReadonlyMap<string, Users>, { id }: StoredImage): boolean => all.has(id);
