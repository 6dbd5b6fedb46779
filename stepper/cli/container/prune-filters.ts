/** Docker's filters of `container prune`. */
import { hasLabel, momentOf, noFilter, readFilters } from '../../../core/filters.ts';
import type { Container } from '../../../core/store/containers.ts';

export const containerPruneFilters = ['label', 'label!', 'until'] as const;

/** @throws TsstepError usage */
export function containerPruneFilter(
  texts: readonly string[],
  now: number,
): (container: Pick<Container, 'config'>) => boolean {
  const bad = noFilter({ label: 'label=KEY=VALUE', not: 'label!=KEY', until: 'until=24h' });
  const filters = readFilters(texts, containerPruneFilters, bad);
  const until = filters.until?.map((text) => {
    const moment = momentOf(text, now);
    if (Number.isNaN(moment)) throw bad(`the filter until=${text} cannot be understood`);
    return moment;
  });
  return ({ config: { labels, created } }) =>
    (filters.label?.every((one) => hasLabel(labels, one)) ?? true) &&
    !(filters['label!']?.some((one) => hasLabel(labels, one)) ?? false) &&
    (until?.every((moment) => Date.parse(created) < moment) ?? true);
}
