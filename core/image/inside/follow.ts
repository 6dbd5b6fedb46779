import type { LayerFile } from './types.ts';

/** As many as Linux allows (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Where `path` leads when symlinks are followed inside of a root, as openat2(2) does with RESOLVE_IN_ROOT: an absolute target
 * begins at that root, and `..` stops there. What does not exist stays as it is written.
 * @param at what there is at a path without symlinks
 * @param last whether a symlink at the end is followed, too
 * @returns a relative path; undefined for links that lead round in a circle
 */
export function follow(
  path: string,
  at: (path: string) => LayerFile | undefined,
  { last }: { last: boolean },
): string | undefined {
  let done: string[] = [];
  const ahead = path.split('/');
  for (let links = 0; ahead.length > 0; ) {
    const part = ahead.shift() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const file = at([...done, part].join('/'));
    if (file?.type !== 'symlink' || (ahead.length === 0 && !last)) {
      done.push(part);
      continue;
    }
    if (++links > MOST_LINKS) return undefined;
    if (file.target.startsWith('/')) done = [];
    ahead.unshift(...file.target.split('/'));
  }
  return done.join('/');
}
