import { listVolumes, type Volume, volumeUsers } from '../../../core/store/volumes.ts';
import { printRows } from '../format/print.ts';
import { openState } from '../state.ts';
import { volumeFilter } from './filters.ts';

interface Flags {
  quiet?: boolean;
  filter?: readonly string[];
  format?: string;
}

const columns = {
  headings: {
    Availability: 'AVAILABILITY',
    Driver: 'DRIVER',
    Group: 'GROUP',
    Labels: 'LABELS',
    Links: 'LINKS',
    Mountpoint: 'MOUNTPOINT',
    Name: 'VOLUME NAME',
    Scope: 'SCOPE',
    Size: 'SIZE',
    Status: 'STATUS',
  },
  shown: ['Driver', 'Name'],
} as const;

export function list({ quiet = false, filter = [], format }: Flags): number {
  const { root } = openState('volume ls');
  const volumes = listVolumes(root).filter(volumeFilter(filter, volumeUsers(root)));
  const shown = quiet && format === undefined ? '{{.Name}}' : format;
  printRows(volumes.map(rowOf), shown, columns);
  return 0;
}

/** The keys of docker's `volume ls --format json`; what only `system df` counts, or swarm has, is N/A there too. */
function rowOf({ name, labels = {}, data }: Volume) {
  return {
    Availability: 'N/A',
    Driver: 'local',
    Group: 'N/A',
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
    Links: 'N/A',
    Mountpoint: data,
    Name: name,
    Scope: 'local',
    Size: 'N/A',
    Status: 'N/A',
  };
}
