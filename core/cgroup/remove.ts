/** Emptying and removing cgroups: rmdir(2) succeeds when no process and no child is left (cgroups(7)). */
import { readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TsstepError } from '../errors.ts';
import { errnoOf, tolerating } from '../kernel/errno.ts';

/** A killed process leaves its cgroup only when it has really ended: mostly milliseconds, longer while it writes to a disk. */
const ATTEMPTS = 250;
const PAUSE_MS = 20;

/** A cgroup can be removed by somebody else while it is looked at: ENOENT, or ENODEV from a file already open. */
const gone = ['ENOENT', 'ENODEV'];

/** The cgroup and all below it, deepest first; none when it does not exist. */
function tree(path: string): string[] {
  const entries = tolerating(gone, () => readdirSync(path, { withFileTypes: true }));
  if (!entries) return [];
  return [
    ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => tree(join(path, name))),
    path,
  ];
}

/** cgroup.kill (v2, Linux 5.14) reaches processes that fork faster than they can be listed. */
function killAll(path: string): void {
  const killed = tolerating([...gone, 'EOPNOTSUPP', 'ENOTSUP'], () => {
    writeFileSync(join(path, 'cgroup.kill'), '1', { flag: 'r+' });
    return true;
  });
  if (killed) return;
  const pids =
    tolerating([...gone, 'EOPNOTSUPP', 'ENOTSUP'], () => readFileSync(join(path, 'cgroup.procs'), 'utf8')) ??
    '';
  // 0 is a process of another pid namespace, and kill(0) would mean our own process group.
  for (const pid of pids.split('\n').map(Number))
    if (pid > 1 && pid !== process.pid) tolerating(['ESRCH'], () => process.kill(pid, 'SIGKILL'));
}

function removed(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (gone.includes(errno)) return true;
    if (errno === 'EBUSY' || errno === 'ENOTEMPTY') return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const left = tree(path).filter((directory) => !removed(directory));
    if (left.length === 0) return;
    for (const directory of left) killAll(directory);
    await sleep(PAUSE_MS);
  }
  const pids = tolerating(gone, () => readFileSync(join(path, 'cgroup.procs'), 'utf8'))
    ?.trim()
    .split('\n')
    .join(', ');
  throw new TsstepError({
    code: 'cgroup',
    what: `cannot remove ${path}`,
    why: `processes in it do not end though they were killed${pids ? `: ${pids}` : ''}`,
    remedy:
      'a process in state D (see ps) waits for a device or a network file system; when it has ended: tsstep clean',
    errno: 'EBUSY',
  });
}

/**
 * Kills what is left in these cgroups and removes them, with all below them. Absent ones are fine.
 * @param letGo thaws what is in them: frozen, it does not even die on cgroup v1; killed before, it executes nothing any more
 * @throws TsstepError cgroup
 */
export async function removeCgroups(paths: readonly string[], letGo?: () => void): Promise<void> {
  if (letGo) {
    for (const group of paths.flatMap(tree)) killAll(group);
    letGo();
  }
  for (const path of paths) await remove(path);
}
