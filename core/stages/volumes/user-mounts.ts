/** What a person asked to see in the container: host directories, volumes, tmpfs. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Known } from '../../known.ts';
import type { Operation } from '../../operation.ts';
import { need, volumeDirectory } from '../../paths.ts';
import { tmpfsMount } from '../../spec/tmpfs.ts';
import type { MountSpec } from '../../spec/types.ts';
import { bindInRoot, mountInRoot, readOnly } from './mount-operation.ts';

type Bind = Extract<MountSpec, { type: 'bind' }>;
type Volume = Extract<MountSpec, { type: 'volume' }>;
type Tmpfs = Extract<MountSpec, { type: 'tmpfs' }>;

/** `/var/lib/data` as part of an operation's name; slashes stay, so that `/a/b` and `/a-b` are two. */
const label = (target: string): string => target.slice(1);

/** An anonymous volume's name: 64 hex digits, the same each time the plan is made. */
export function volumeName(volume: Volume, id: string): string {
  return volume.source ?? createHash('sha256').update(`${id}:${volume.target}`).digest('hex');
}

/** docker makes a missing -v source, as a directory; --mount refuses it instead. */
function prepareSource(known: Known, { source, target, mustExist }: Bind): Operation[] {
  const name = label(target);
  const look: Operation = {
    kind: 'find-missing',
    where: 'host',
    name: `look-${name}`,
    path: source,
    ...(mustExist && { required: true }),
    why: mustExist
      ? `See whether the host has ${source}: --mount makes nothing.`
      : `See whether the host has ${source}: what -v names and is not there is made.`,
    undo: 'nothing',
    saves: `missing.${name}`,
  };
  const topmost = known.missing?.[name];
  if (typeof topmost !== 'string') return [look];
  return [
    look,
    {
      kind: 'mkdir',
      where: 'host',
      name: `source-${name}`,
      path: source,
      mode: 0o755,
      parents: true,
      why: 'docker makes a missing -v source, as a directory; --mount refuses it instead.',
      undo: { at: 'rollback', do: { kind: 'remove-made', path: source, topmost } },
    },
  ];
}

function bind(root: string, { source, target, readOnly: ro }: Bind): Operation[] {
  const name = label(target);
  return [
    bindInRoot(
      root,
      `bind-${name}`,
      `The host’s ${source} is seen at ${target}: the same files, not a copy.`,
      source,
      target,
    ),
    ...(ro
      ? [readOnly(root, `read-only-${name}`, 'The container may look, the host may still write.', target)]
      : []),
  ];
}

function createVolume(known: Known, spec: Volume): Operation {
  const id = need(known, 'id');
  const volume = volumeName(spec, id);
  const path = volumeDirectory(known.host.root, volume);
  const anonymous = spec.source === undefined || spec.anonymous === true;
  return {
    kind: 'create-volume',
    where: 'host',
    name: `volume-${label(spec.target)}`,
    volume,
    owner: id,
    path,
    why: anonymous
      ? 'A volume without a name: --rm removes it with the container, as `rm -v` does.'
      : 'A volume is a directory that no container owns: it outlives them all.',
    undo: anonymous
      ? { at: 'remove', do: { kind: 'remove-volume', volume, owner: id, path, anonymous } }
      : { at: 'rollback', do: { kind: 'remove-volume', volume, owner: id, path } },
    saves: `volumes.${volume}`,
  };
}

/** Every volume once, in the order of its first mount. */
export function createVolumes(known: Known, mounts: readonly MountSpec[]): Operation[] {
  const all = mounts.filter((mount) => mount.type === 'volume');
  const first = new Map(all.toReversed().map((mount) => [volumeName(mount, need(known, 'id')), mount]));
  return all
    .filter((mount) => first.get(volumeName(mount, need(known, 'id'))) === mount)
    .map((mount) => createVolume(known, mount));
}

/** Makes the volume and fills it; the rest of its mounts need no more than that it is there. */
function prepareVolume(root: string, known: Known, spec: Volume): Operation[] {
  const volume = volumeName(spec, need(known, 'id'));
  const name = label(spec.target);
  const operations = [createVolume(known, spec)];
  const state = known.volumes?.[volume];
  if (!state) return operations;
  if (state.fresh && !spec.noCopy) {
    operations.push({
      kind: 'copy-up',
      where: 'host',
      name: `copy-${name}`,
      root,
      target: spec.target,
      to: state.path,
      why: 'The volume is empty, so it starts with what the image has there; a bind mount would hide it instead.',
      undo: 'nothing',
    });
  }
  return operations;
}

function mountVolume(root: string, data: string, { target, readOnly: ro }: Volume): Operation[] {
  const name = label(target);
  return [
    bindInRoot(
      root,
      `bind-${name}`,
      `The volume is seen at ${target}; writes go past the container’s own layer.`,
      data,
      target,
    ),
    ...(ro ? [readOnly(root, `read-only-${name}`, 'This container may only read the volume.', target)] : []),
  ];
}

function tmpfs(root: string, spec: Tmpfs): Operation[] {
  const { target } = spec;
  const { flags, data } = tmpfsMount(spec);
  return [
    mountInRoot(
      root,
      `tmpfs-${label(target)}`,
      `${target} is kept in memory and forgotten with the container.`,
      {
        source: 'tmpfs',
        target,
        fstype: 'tmpfs',
        flags,
        ...(data !== '' && { data }),
        ...(!/(^|,)mode=/.test(data) && { keepMode: true }),
      },
    ),
  ];
}

export function userMounts(root: string, known: Known, mounts: readonly MountSpec[]): Operation[] {
  const operations: Operation[] = [];
  const prepared = new Set<string>();
  for (const mount of mounts) {
    if (mount.type === 'bind') operations.push(...prepareSource(known, mount));
    else if (mount.type === 'volume') {
      const name = volumeName(mount, need(known, 'id'));
      if (!prepared.has(name)) operations.push(...prepareVolume(root, known, mount));
      prepared.add(name);
    }
    // What comes after it is planned when this is known: plans grow at their end only.
    if (!isKnown(known, mount)) return operations;
    operations.push(...mountOperations(root, known, mount));
  }
  return operations;
}

function mountOperations(root: string, known: Known, mount: MountSpec): Operation[] {
  if (mount.type === 'bind') return bind(root, mount);
  if (mount.type === 'tmpfs') return tmpfs(root, mount);
  const state = known.volumes?.[volumeName(mount, need(known, 'id'))];
  return state ? mountVolume(root, state.path, mount) : [];
}

/** Whether the volume is there, or what is missing of the source has been seen. */
function isKnown(known: Known, mount: MountSpec): boolean {
  if (mount.type === 'volume') return known.volumes?.[volumeName(mount, need(known, 'id'))] !== undefined;
  return mount.type === 'tmpfs' || known.missing?.[label(mount.target)] !== undefined;
}

/** Whether all that these mounts stand on is known, so that the operations behind them can be planned. */
export function mountsKnown(known: Known, mounts: readonly MountSpec[]): boolean {
  return mounts.every((mount) => isKnown(known, mount));
}

/** Where a volume's files are, for inspect. */
export function volumeData(root: string, volume: string): string {
  return join(volumeDirectory(root, volume), '_data');
}
