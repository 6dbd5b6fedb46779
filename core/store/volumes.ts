/** The volumes that there are, and who has them: what `tsstep volume` reads, and changes. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsstepError } from '../errors.ts';
import { treeBytes } from '../host/tree-bytes.ts';
import { tolerating } from '../kernel/errno.ts';
import { withLock } from '../kernel/fs.ts';
import { volumeDirectory, volumes } from '../paths.ts';
import type { MountSpec } from '../spec/types.ts';
import { volumeName } from '../stages/volumes/user-mounts.ts';
import { findContainer, readConfigs, readContainer } from './containers.ts';
import { recordVolume } from './lifecycle-log.ts';
import { makeStateDirectory } from './state-directory.ts';

export interface Volume {
  name: string;
  /** When its directory was made, ISO 8601. */
  created: string;
  /** Absent: none were given. */
  labels?: Readonly<Record<string, string>>;
  /** What containers see of it. */
  data: string;
}

const labelsFile = (root: string, name: string): string => join(volumeDirectory(root, name), 'labels.json');

/** A volume is there as soon as containers could see it. */
export function readVolume(root: string, name: string): Volume | undefined {
  // A reference comes from outside, and becomes a path.
  if (!/^[a-zA-Z0-9][\w.-]*$/.test(name)) return undefined;
  const data = join(volumeDirectory(root, name), '_data');
  const made = tolerating(['ENOENT', 'ENOTDIR'], () => statSync(volumeDirectory(root, name)));
  if (!made || !tolerating(['ENOENT', 'ENOTDIR'], () => statSync(data))) return undefined;
  const labels = tolerating(['ENOENT'], () => readFileSync(labelsFile(root, name), 'utf8'));
  // Where a file system does not know when a directory was made, statx(2) says 1970.
  const created = (made.birthtimeMs > 0 ? made.birthtime : made.ctime).toISOString();
  return { name, created, ...(labels !== undefined && { labels: JSON.parse(labels) }), data };
}

/** By name, numbers in it by their value, as docker lists them. */
export function listVolumes(root: string): Volume[] {
  const byNumber = new Intl.Collator('en', { numeric: true });
  return (tolerating(['ENOENT'], () => readdirSync(volumes(root))) ?? [])
    .map((name) => readVolume(root, name))
    .filter((volume) => volume !== undefined)
    .sort((a, b) => byNumber.compare(a.name, b.name));
}

/** IDs of the containers that have each volume, running or not. */
export function volumeUsers(root: string): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { id, mounts } of readConfigs(root).configs) {
    const names = mounts.flatMap((mount) => (mount.type === 'volume' ? [volumeName(mount, id)] : []));
    for (const name of new Set(names)) users.set(name, [...(users.get(name) ?? []), id]);
  }
  return users;
}

/**
 * What --volumes-from takes over. Docker's rules: a tmpfs is the other container's own, and nothing is copied into a volume
 * that somebody has already. @throws TsstepError no-such-container
 */
export function mountsFrom(
  root: string,
  { reference, readOnly }: { reference: string; readOnly: boolean },
): MountSpec[] {
  const { id, mounts } = findContainer(root, reference).config;
  return mounts.flatMap((mount): MountSpec[] => {
    if (mount.type === 'tmpfs') return [];
    const taken = { ...mount, readOnly: mount.readOnly || readOnly };
    if (taken.type === 'bind') return [taken];
    const anonymous = taken.source === undefined || taken.anonymous;
    return [
      {
        ...taken,
        source: volumeName(taken, id),
        noCopy: true,
        ...(anonymous && { anonymous: true as const }),
      },
    ];
  });
}

/** Says that a container begins or ends to see its volumes, in docker's words. */
export function recordMounts(root: string, id: string, action: 'mount' | 'unmount'): void {
  const mounts = readContainer(root, id)?.config.mounts ?? [];
  for (const mount of mounts) {
    if (mount.type !== 'volume') continue;
    const where = { destination: mount.target, propagation: '', 'read/write': String(!mount.readOnly) };
    recordVolume(root, volumeName(mount, id), action, {
      container: id,
      ...(action === 'mount' && where),
    });
  }
}

/** Makes it unless it is there. It is nobody's alone from the beginning: no run that fails takes it away. */
export async function createVolume(
  root: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  makeStateDirectory(root);
  makeStateDirectory(volumes(root));
  await withLock(volumes(root), () => {
    if (!readVolume(root, name)) {
      mkdirSync(volumeDirectory(root, name), { recursive: true, mode: 0o700 });
      if (Object.keys(labels).length > 0)
        writeFileSync(labelsFile(root, name), `${JSON.stringify(labels)}\n`, { mode: 0o600 });
      mkdirSync(join(volumeDirectory(root, name), '_data'), { mode: 0o755 });
    }
    recordVolume(root, name, 'create');
  });
}

/**
 * A run writes its configuration before it takes the volume's lock to use it: who holds the lock and sees no container with
 * the volume can remove it, and the run makes it anew. @returns bytes of its files @throws TsstepError no-such-volume, volume-in-use
 */
export async function removeVolumeByName(root: string, name: string): Promise<number> {
  if (!readVolume(root, name)) throw noSuchVolume(name);
  return await withLock(volumes(root), () => {
    const users = volumeUsers(root).get(name) ?? [];
    if (users.length > 0) throw inUse(name, users);
    return removeDirectory(root, name);
  });
}

/** Volumes that no container has. @returns names, and bytes of all */
export async function pruneVolumes(
  root: string,
  isWanted: (volume: Volume) => boolean,
): Promise<{ names: string[]; bytes: number }> {
  const found = listVolumes(root).filter(isWanted);
  if (found.length === 0) return { names: [], bytes: 0 };
  return await withLock(volumes(root), () => {
    const users = volumeUsers(root);
    const names = found.map(({ name }) => name).filter((name) => !users.has(name));
    return { names, bytes: names.reduce((sum, name) => sum + removeDirectory(root, name), 0) };
  });
}

function removeDirectory(root: string, name: string): number {
  const bytes = treeBytes(join(volumeDirectory(root, name), '_data'));
  rmSync(volumeDirectory(root, name), { recursive: true, force: true });
  recordVolume(root, name, 'destroy');
  return bytes;
}

export function noSuchVolume(name: string): TsstepError {
  return new TsstepError({
    code: 'no-such-volume',
    what: `get ${name}: no such volume`,
    why: 'nobody has made one of this name, or it is removed',
    remedy: 'tsstep volume ls lists them all',
  });
}

function inUse(name: string, users: readonly string[]): TsstepError {
  return new TsstepError({
    code: 'volume-in-use',
    what: `remove ${name}: volume is in use - [${users.join(', ')}]`,
    why: 'these containers have it, running or not, and would start without their files',
    remedy: `tsstep rm ${users.map((id) => id.slice(0, 12)).join(' ')}, then remove the volume`,
  });
}
