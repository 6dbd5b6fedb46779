/** `tsstep system df`: docker's four rows; with -v one for each image, container and volume. */

import { namesShown } from '../../core/image/store/filters.ts';
import { nameOf } from '../../core/image/store/list.ts';
import { isUp } from '../../core/store/containers.ts';
import {
  type ContainerUsage,
  type ImageUsage,
  type Usage,
  usageOf,
  type VolumeUsage,
} from '../../core/store/usage.ts';
import { shownOn } from '../printable.ts';
import { since } from './format/duration.ts';
import { printRows } from './format/print.ts';
import type { Columns } from './format/rows.ts';
import { humanSize } from './format/size.ts';
import { table } from './format/table.ts';
import { commandLine, shortId } from './format/text.ts';
import { statusText } from './ps/status.ts';
import { openState } from './state.ts';

interface Flags {
  verbose?: boolean;
  format?: string;
}

export async function systemDf({ verbose = false, format }: Flags): Promise<number> {
  const usage = await usageOf(openState('system df').root);
  if (verbose) process.stdout.write(detailed(usage, Date.now()));
  else printRows(summary(usage), format, columns);
  return 0;
}

/** The keys of `docker system df --format json`. */
interface Row {
  Active: string;
  Reclaimable: string;
  Size: string;
  TotalCount: string;
  Type: string;
}

const columns: Columns<Row> = {
  headings: { Active: 'ACTIVE', Reclaimable: 'RECLAIMABLE', Size: 'SIZE', TotalCount: 'TOTAL', Type: 'TYPE' },
  shown: ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'],
};

const sum = <T extends { size: number }>(some: readonly T[]): number =>
  some.reduce((all, { size }) => all + size, 0);

function summary({ images, layers, containers, volumes }: Usage): Row[] {
  const usedImages = images.filter((one) => one.containers > 0);
  const running = containers.filter(({ container }) => isUp(container.state));
  const linked = volumes.filter(({ links }) => links > 0);
  // Docker's way to count: layers that images share are won, or not, with none of them.
  const needed = usedImages.reduce((all, { size, shared }) => all + size - shared, 0);
  return [
    row('Images', images.length, usedImages.length, layers, layers - needed),
    row('Containers', containers.length, running.length, sum(containers), sum(containers) - sum(running)),
    row('Local Volumes', volumes.length, linked.length, sum(volumes), sum(volumes) - sum(linked)),
    // tsstep builds nothing.
    row('Build Cache', 0, 0, 0, 0),
  ];
}

function row(type: string, total: number, active: number, size: number, reclaimable: number): Row {
  const share = size > 0 ? ` (${Math.trunc((reclaimable * 100) / size)}%)` : '';
  return {
    Active: String(active),
    Reclaimable: `${humanSize(reclaimable, 4)}${share}`,
    Size: humanSize(size, 4),
    TotalCount: String(total),
    Type: type,
  };
}

function detailed({ images, containers, volumes }: Usage, now: number): string {
  return [
    `Images space usage:\n\n${imageTable(images, now)}`,
    `Containers space usage:\n\n${containerTable(containers, now)}`,
    `Local Volumes space usage:\n\n${volumeTable(volumes)}`,
    `Build cache usage: 0B\n\n${table(['CACHE ID', 'CACHE TYPE', 'SIZE', 'CREATED', 'LAST USED', 'USAGE', 'SHARED'], [])}`,
  ].join('\n');
}

function imageTable(images: readonly ImageUsage[], now: number): string {
  const headings = [
    ...['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'],
    ...['SHARED SIZE', 'UNIQUE SIZE', 'CONTAINERS'],
  ];
  const rows = images.flatMap(({ image, size, shared, containers }) =>
    namesShown(image, undefined).map((entry) => {
      const { repository = '<none>', tag = '<none>' } = nameOf(entry);
      const created = image.documents?.config.created;
      const age = created ? `${since(created, now)} ago` : 'N/A';
      const sizes = [humanSize(size), humanSize(shared, 4), humanSize(size - shared, 4)];
      return [shownOn(process.stdout, repository), tag, shortId(image.id), age, ...sizes, String(containers)];
    }),
  );
  return table(headings, rows);
}

function containerTable(containers: readonly ContainerUsage[], now: number): string {
  const headings = [
    ...['CONTAINER ID', 'IMAGE', 'COMMAND', 'LOCAL VOLUMES'],
    ...['SIZE', 'CREATED', 'STATUS', 'NAMES'],
  ];
  const rows = containers.map(({ container: { config, state }, size }) => [
    shortId(config.id),
    shownOn(process.stdout, config.spec.image || config.image.name),
    commandLine(config.argv, true),
    String(config.mounts.filter(({ type }) => type === 'volume').length),
    humanSize(size),
    `${since(config.created, now)} ago`,
    statusText(state, now),
    config.name,
  ]);
  return table(headings, rows);
}

function volumeTable(volumes: readonly VolumeUsage[]): string {
  const rows = volumes.map(({ name, links, size }) => [name, String(links), humanSize(size, 4)]);
  return table(['VOLUME NAME', 'LINKS', 'SIZE'], rows);
}
