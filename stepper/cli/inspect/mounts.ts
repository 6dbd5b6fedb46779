import type { MountSpec } from '../../../core/spec/types.ts';
import { volumeData, volumeName } from '../../../core/stages/volumes/user-mounts.ts';
import type { ContainerConfig } from '../../../core/store/config.ts';
import { goList, goMap } from '../template/go-values.ts';

/** Docker's `Mounts`. A tmpfs of --tmpfs is listed as well: it is mounted all the same. */
export const mountsOf = (root: string, { id, mounts }: ContainerConfig) =>
  mounts.map((mount) => mountOf(root, id, mount));

function mountOf(root: string, id: string, mount: MountSpec) {
  const at = { Destination: mount.target };
  const RW = !mount.readOnly;
  const Mode = RW ? '' : 'ro';
  if (mount.type === 'tmpfs')
    return { Type: 'tmpfs', Source: '', ...at, Mode: mount.options, RW, Propagation: '' };
  if (mount.type === 'bind')
    return {
      Type: 'bind',
      Source: mount.source,
      ...at,
      Mode,
      RW,
      Propagation: mount.propagation ?? 'rprivate',
    };
  const Name = volumeName(mount, id);
  // A volume with a name may be shared, which docker writes as SELinux's z whether there is SELinux or not.
  const shared = mount.source !== undefined && RW ? 'z' : Mode;
  return {
    Type: 'volume',
    Name,
    Source: volumeData(root, Name),
    ...at,
    Driver: 'local',
    Mode: shared,
    RW,
    Propagation: '',
  };
}

/** `Binds` of HostConfig: -v, as it is written. */
export function bindsOf({ spec }: ContainerConfig): string[] {
  const binds = spec.mounts.flatMap((mount) => {
    if (mount.type === 'tmpfs' || mount.source === undefined) return [];
    return [`${mount.source}:${mount.target}${mount.readOnly ? ':ro' : ''}`];
  });
  return goList(binds.length > 0 ? binds : null);
}

/** `Tmpfs` of HostConfig: options by target. */
export function tmpfsOf({ spec }: ContainerConfig) {
  const tmpfs = spec.mounts.flatMap((mount) =>
    mount.type === 'tmpfs' ? [[mount.target, mount.options] as const] : [],
  );
  return goMap(tmpfs.length > 0 ? Object.fromEntries(tmpfs) : undefined);
}
