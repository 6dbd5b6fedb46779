import type { MountSpec } from '../../../core/spec/types.ts';
import { volumeData, volumeName } from '../../../core/stages/volumes/user-mounts.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';

/** Docker's `Mounts`. A tmpfs of --tmpfs is listed as well: it is mounted all the same. */
export function mountsOf(root: string, { id, mounts }: ContainerConfig) {
  return mounts.map((mount) => ({
    Type: mount.type,
    ...sourceOf(root, id, mount),
    Destination: mount.target,
    Mode: mount.type === 'tmpfs' ? mount.options : mount.readOnly ? 'ro' : '',
    RW: !mount.readOnly,
    Propagation: mount.type === 'bind' ? (mount.propagation ?? 'rprivate') : '',
  }));
}

function sourceOf(root: string, id: string, mount: MountSpec) {
  if (mount.type === 'bind') return { Source: mount.source };
  if (mount.type === 'tmpfs') return { Source: '' };
  const name = volumeName(mount, id);
  return { Name: name, Source: volumeData(root, name), Driver: 'local' };
}

/** `Binds` of HostConfig: -v, as it is written. */
export function bindsOf({ spec }: ContainerConfig): string[] {
  return spec.mounts.flatMap((mount) => {
    if (mount.type === 'tmpfs' || mount.source === undefined) return [];
    return [`${mount.source}:${mount.target}${mount.readOnly ? ':ro' : ''}`];
  });
}

/** `Tmpfs` of HostConfig: options by target. */
export function tmpfsOf({ spec }: ContainerConfig): Record<string, string> {
  return Object.fromEntries(
    spec.mounts.flatMap((mount) => (mount.type === 'tmpfs' ? [[mount.target, mount.options]] : [])),
  );
}
