/** Docker's filters for volumes. */
import { type Filters, goBoolean, hasLabel, noFilter, readFilters } from '../../../core/filters.ts';
import type { Volume } from '../../../core/store/volumes.ts';

export const volumeFilters = ['dangling', 'driver', 'label', 'name'] as const;
export const volumePruneFilters = ['label', 'label!'] as const;

const examples = {
  dangling: 'dangling=true',
  driver: 'driver=local',
  label: 'label=KEY=VALUE',
  name: 'name=PART',
} as const;

/** @param users who has each volume @throws TsstepError usage */
export function volumeFilter(
  texts: readonly string[],
  users: ReadonlyMap<string, readonly string[]>,
): (volume: Volume) => boolean {
  const bad = noFilter(examples);
  const filters = readFilters(texts, volumeFilters, bad);
  const dangling = filters.dangling?.map((text) => {
    const value = goBoolean(text);
    if (value === undefined) throw bad(`Invalid filter 'dangling=[${text}]'`);
    return value;
  });
  return (volume) =>
    (dangling?.includes(!users.has(volume.name)) ?? true) &&
    (filters.driver?.includes('local') ?? true) &&
    (filters.name?.some((part) => volume.name.includes(part)) ?? true) &&
    byLabels(filters, volume);
}

/** @throws TsstepError usage */
export function volumePruneFilter(texts: readonly string[]): (volume: Volume) => boolean {
  const filters = readFilters(
    texts,
    volumePruneFilters,
    noFilter({ label: 'label=KEY', not: 'label!=KEY=VALUE' }),
  );
  return (volume) => byLabels(filters, volume);
}

function byLabels(filters: Filters<'label' | 'label!'>, { labels = {} }: Volume): boolean {
  return (
    (filters.label?.every((one) => hasLabel(labels, one)) ?? true) &&
    !(filters['label!']?.some((one) => hasLabel(labels, one)) ?? false)
  );
}
