/** Names of what is in the store, and of registries. What this user may not read, or what is damaged, has none: a Tab is no place for errors. */
import { readdirSync } from 'node:fs';
import { stateDirectories } from '../../../core/host/facts.ts';
import { readIndex, storedName } from '../../../core/image/store/layout.ts';
import { displayName } from '../../../core/image/store/names.ts';
import { listNetworks } from '../../../core/network/store.ts';
import { containers, names } from '../../../core/paths.ts';
import { readDockerConfig } from '../../../core/registry/docker-config.ts';
import { listContainers, type Status } from '../../../core/store/containers.ts';
import { listVolumes } from '../../../core/store/volumes.ts';
import { shortId } from '../format/text.ts';
import type { Candidate } from './candidates.ts';
import type { Place } from './place.ts';

function readable<T>(read: (root: string) => readonly T[]): readonly T[] {
  try {
    return read(stateDirectories(process.env).root);
  } catch {
    return [];
  }
}

/** As `tsstep images` lists them, and the one that every machine can make. */
export function imageNames(): Candidate[] {
  const stored = readable((root) =>
    readIndex(root)
      .filter((one) => storedName(one))
      .map(displayName),
  );
  return [...new Set([...stored, 'lab:latest'])].map((name) => [name]);
}

/** Registries that somebody has logged in to; docker.io is the one that is meant when none is named. */
export function loginNames(): readonly string[] {
  const logins = readable(() => Object.keys(readDockerConfig(process.env).auths ?? {}));
  return logins.filter((name) => !name.includes('/'));
}

export const networkNames = (): Candidate[] => readable(listNetworks).map(({ name }) => [name]);

export const containerNames = (): readonly string[] => readable((root) => readdirSync(names(root)));

export const volumeNames = (): readonly string[] =>
  readable((root) => listVolumes(root).map(({ name }) => name));

/** Name and ID of those in one of these states; undefined: of all, of which no file needs to be read. */
function inStates(states: readonly Status[] | undefined): {
  names: readonly string[];
  ids: readonly string[];
} {
  if (!states) return { names: containerNames(), ids: readable((root) => readdirSync(containers(root))) };
  const found = readable((root) => listContainers(root).filter(({ state }) => states.includes(state.status)));
  return { names: found.map(({ config }) => config.name), ids: found.map(({ config }) => config.id) };
}

/** Names; IDs only for who has begun to type one. Who is named already is not named again. */
export function containersOf({ operands, word }: Place, states?: readonly Status[]): Candidate[] {
  const found = inStates(states);
  const ids = /^[0-9a-f]+$/.test(word) ? found.ids : [];
  // Behind twelve digits the rest is typed from somewhere else, and can only be a whole one.
  const shown = word.length > 12 ? ids : ids.map(shortId);
  return [...found.names, ...shown].filter((name) => !operands.includes(name)).map((name) => [name]);
}
