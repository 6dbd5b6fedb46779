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

function bind(root: string, { source, target, readOnly: ro, mustExist }: Bind): Operation[] {
  const name = label(target);
  return [
    ...(mustExist
      ? []
      : [
          {
            kind: 'mkdir',
            where: 'host',
            name: `source-${name}`,
            path: source,
            mode: 0o755,
            parents: true,
            why: 'docker makes a missing -v source, as a directory; --mount refuses it instead.',
            undo: { at: 'rollback', do: { kind: 'remove-made', path: source, key: name } },
            saves: `made.${name}`,
          } as const,
        ]),
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

/** Makes the volume and fills it; the rest of its mounts need no more than that it is there. */
function prepareVolume(root: string, known: Known, spec: Volume): Operation[] {
  const id = need(known, 'id');
  const volume = volumeName(spec, id);
  const name = label(spec.target);
  const path = volumeDirectory(known.host.root, volume);
  const anonymous = spec.source === undefined;
  const operations: Operation[] = [
    {
      kind: 'create-volume',
      where: 'host',
      name: `volume-${name}`,
      volume,
      owner: id,
      path,
      why: anonymous
        ? 'A volume without a name: it goes with the container when --rm removes it.'
        : 'A volume is a directory that no container owns: it outlives them all.',
      undo: { at: anonymous ? 'remove' : 'rollback', do: { kind: 'remove-volume', volume, owner: id, path } },
      saves: `volumes.${volume}`,
    },
  ];
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
    if (mount.type === 'bind') operations.push(...bind(root, mount));
    else if (mount.type === 'tmpfs') operations.push(...tmpfs(root, mount));
    else {
      const name = volumeName(mount, need(known, 'id'));
      if (!prepared.has(name)) operations.push(...prepareVolume(root, known, mount));
      prepared.add(name);
      const state = known.volumes?.[name];
      // What comes after a volume is planned when the volume is there: plans grow at their end only.
      if (!state) return operations;
      operations.push(...mountVolume(root, state.path, mount));
    }
  }
  return operations;
}

/** Whether every volume is there, so that the operations behind them can be planned. */
export function volumesKnown(known: Known, mounts: readonly MountSpec[]): boolean {
  return mounts.every(
    (mount) => mount.type !== 'volume' || known.volumes?.[volumeName(mount, need(known, 'id'))] !== undefined,
  );
}

/** Where a volume's files are, for inspect. */
export function volumeData(root: string, volume: string): string {
  return join(volumeDirectory(root, volume), '_data');
}
