/**
 * Named and anonymous volumes. Containers share them, so they are made, used and removed under a lock, on the directory of all:
 *
 *     <root>/volumes/NAME/_data     what the containers see
 *     <root>/volumes/NAME/copying   it is being filled: whoever finds this fills it again
 *     <root>/volumes/NAME/users     IDs of the first two containers that had it, a line each; the first one made it
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import { openInRoot, withLock } from '../kernel/fs.ts';
import type { VolumeState } from '../known.ts';
import { volumes } from '../paths.ts';
import { recordVolume } from '../store/lifecycle-log.ts';
import { volumeUsers } from '../store/volumes.ts';
import { runTool } from './run-tool.ts';

/** Stands for whoever made a volume by hand: it is not ours to remove. */
const SOMEBODY = '-';

const usersOf = (path: string): string[] =>
  (tolerating(['ENOENT', 'ENOTDIR'], () => readFileSync(join(path, 'users'), 'utf8')) ?? '')
    .split('\n')
    .filter((id) => id !== '');

/** Makes the volume when `user` is the first. The second is noted down as well: after that it is nobody's alone. */
export async function useVolume(root: string, path: string, user: string): Promise<VolumeState> {
  const data = join(path, '_data');
  return await withLock(volumes(root), () => {
    const users = usersOf(path);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const note = (id: string) => appendFileSync(join(path, 'users'), `${id}\n`);
    if (users.length === 0 && existsSync(data)) note(SOMEBODY);
    else if (users.length < 2) note(user);
    if (mkdirSync(data, { recursive: true, mode: 0o755 }) !== undefined)
      recordVolume(root, basename(path), 'create');
    return { path: data, fresh: readdirSync(data).length === 0 || existsSync(copying(data)) };
  });
}

/**
 * Removes the volume if nobody but `user` ever had it: then nobody else can have written to it. An anonymous one is made to go
 * with the last container that has it.
 */
export async function removeVolume(
  root: string,
  { path, owner: user, anonymous = false }: { path: string; owner: string; anonymous?: boolean },
): Promise<void> {
  await withLock(volumes(root), () => {
    if (!existsSync(path)) return;
    const name = basename(path);
    const others = (volumeUsers(root).get(name) ?? []).filter((id) => id !== user);
    if (anonymous && others.length > 0) return;
    const users = usersOf(path);
    // Killed before it could note itself down, `user` had not made more than the directory.
    const ours = users.length === 0 ? !existsSync(join(path, '_data')) : users.every((id) => id === user);
    if (!ours && !anonymous) return;
    rmSync(path, { recursive: true, force: true });
    recordVolume(root, name, 'destroy');
  });
}

const copying = (data: string): string => join(dirname(data), 'copying');

/** `cp -a` keeps owners, modes, times, links and attributes; the source is resolved inside the image's root. */
export async function copyUp({
  root,
  target,
  to,
}: {
  root: string;
  target: string;
  to: string;
}): Promise<void> {
  const fd = openInRoot(root, target, { create: 'directory' });
  try {
    writeFileSync(copying(to), '');
    await runTool(['cp', '-a', '--no-target-directory', `/proc/${process.pid}/fd/${fd}/.`, to]);
    rmSync(copying(to));
  } finally {
    closeSync(fd);
  }
}
