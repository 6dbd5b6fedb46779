/** The columns of docker ps, and what each container has in them. */

import { endpointsOf } from '../../../core/network/endpoint.ts';
import { volumeName } from '../../../core/stages/volumes/user-mounts.ts';
import type { Container } from '../../../core/store/containers.ts';
import type { Health } from '../../../core/supervisor/health-file.ts';
import { goTime, since } from '../format/duration.ts';
import { portsText } from '../format/ports.ts';
import type { Columns } from '../format/rows.ts';
import { humanSize } from '../format/size.ts';
import { commandLine, ellipsis, shortId } from '../format/text.ts';
import { portsOf } from './ports.ts';
import { statusText } from './status.ts';

/** The keys of `docker ps --format json`. */
export interface Row {
  Command: string;
  CreatedAt: string;
  ID: string;
  Image: string;
  Labels: string;
  LocalVolumes: string;
  Mounts: string;
  Names: string;
  Networks: string;
  Ports: string;
  RunningFor: string;
  Size: string;
  State: string;
  Status: string;
  /** `{{.Label "com.example.name"}}` */
  Label?: (name: string) => string;
}

export interface Facts {
  now: number;
  /** false: --no-trunc. */
  truncate: boolean;
  /** As it was asked for, or an ID where that name means another image by now. */
  image: string;
  health: Health | undefined;
  /** Bytes of the writable layer, and of the image; absent: nobody asked. */
  size?: { own: number; image: number } | undefined;
}

export function rowOf(container: Container, { now, truncate, image, health, size }: Facts): Row {
  const { id, name, argv, created, labels, mounts } = container.config;
  const volumes = mounts.filter((mount) => mount.type === 'volume');
  return {
    Command: commandLine(argv, truncate),
    CreatedAt: goTime(created),
    ID: truncate ? shortId(id) : id,
    Image: truncate && image.startsWith('sha256:') ? shortId(image) : image,
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
    LocalVolumes: String(volumes.length),
    Mounts: sourcesOf(container)
      .map((source) => (truncate ? ellipsis(source, 15) : source))
      .join(','),
    Names: name,
    Networks: networksOf(container).join(','),
    Ports: portsText(portsOf(container)),
    RunningFor: `${since(created, now)} ago`,
    Size: size ? `${humanSize(size.own)} (virtual ${humanSize(size.own + size.image)})` : '',
    State: stateText(container),
    Status: statusText(container.state, now, health),
    Label: (wanted) => labels[wanted] ?? '',
  };
}

/** Names of volumes, directories of bind mounts. */
export function sourcesOf({ config: { mounts, id } }: Container): string[] {
  return mounts.flatMap((mount) => {
    if (mount.type === 'volume') return [volumeName(mount, id)];
    return mount.type === 'bind' ? [mount.source] : [];
  });
}

/** All that it is in, or will be when it runs. */
export function networksOf({ config: { spec }, state }: Container): string[] {
  const joined = Object.keys(state.networks ?? {});
  if (joined.length > 0) return joined.sort();
  const asked = endpointsOf(spec).map(({ network }) => network);
  return asked.length > 0 || typeof spec.network !== 'string' ? asked : [spec.network];
}

export const stateText = ({ state }: Container): string =>
  state.status === 'creating' ? 'created' : state.status;

const headings: Columns<Row>['headings'] = {
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  ID: 'CONTAINER ID',
  Image: 'IMAGE',
  Labels: 'LABELS',
  LocalVolumes: 'LOCAL VOLUMES',
  Mounts: 'MOUNTS',
  Names: 'NAMES',
  Networks: 'NETWORKS',
  Ports: 'PORTS',
  RunningFor: 'CREATED',
  Size: 'SIZE',
  State: 'STATE',
  Status: 'STATUS',
};

export const columns = (size: boolean): Columns<Row> => ({
  headings,
  shown: [
    'ID',
    'Image',
    'Command',
    'RunningFor',
    'Status',
    'Ports',
    'Names',
    ...(size ? (['Size'] as const) : []),
  ],
});
