import { badImage } from '../broken.ts';
import { follow } from './follow.ts';
import type { FileChange, ImageInside } from './types.ts';

/** What layers have to say about one path. */
export interface Version {
  layer: number;
  change: FileChange;
}

export interface FileHistory {
  /** Where the path leads in a container: relative, and no symlink on it. */
  path: string;
  /** Lowest layer first. */
  versions: readonly Version[];
  /** The layer whose version a container sees; undefined: none. */
  seen?: number;
}

/**
 * The versions of a file, a symlink or a pipe at `path`, as a container would follow it there.
 * @returns no versions when no layer has ever had such a file
 * @throws `bad-image` for symlinks that lead round in a circle
 */
export function fileHistory(inside: ImageInside, path: string): FileHistory {
  const found = follow(path, (at) => inside.seen(at)?.file, { last: true });
  if (found === undefined)
    throw badImage(
      `${JSON.stringify(path)} in ${inside.name}`,
      'its symlinks lead round in a circle (ELOOP)',
      'name one of the links’ targets',
    );
  const versions = inside.layers.flatMap(({ number, changes }) =>
    changes.filter((change) => change.path === found).map((change) => ({ layer: number, change })),
  );
  const seen = inside.seen(found)?.layer;
  if (versions.every(({ change }) => change.file.type === 'directory')) return { path: found, versions: [] };
  return { path: found, versions, ...(seen === undefined ? {} : { seen }) };
}

/** What a container of the layers up to `layer` would see there. */
export function versionAt({ versions }: FileHistory, layer: number): Version | undefined {
  const version = versions.findLast((each) => each.layer <= layer);
  return version?.change.kind === 'removed' ? undefined : version;
}
