/** Docker's filters for events. */
import { type Filters, hasLabel, noFilter, readFilters } from '../../../core/filters.ts';
import type { RecordedLifecycle } from '../../../core/store/lifecycle-reader.ts';

export const eventFilters = [
  'container',
  'event',
  'image',
  'label',
  'network',
  'scope',
  'type',
  'volume',
] as const;

type EventFilter = (typeof eventFilters)[number];

const examples = {
  container: 'container=NAME',
  event: 'event=start',
  image: 'image=lab',
  label: 'label=KEY=VALUE',
  network: 'network=NAME',
  type: 'type=volume',
  volume: 'volume=NAME',
};

/** @throws TsstepError usage */
export function eventFilter(texts: readonly string[]): (event: RecordedLifecycle) => boolean {
  const filters: Filters<EventFilter> = readFilters(texts, eventFilters, noFilter(examples));
  return (event) =>
    Object.entries(filters).every(([name, values]) =>
      name === 'label'
        ? values.every((value) => hasLabel(event.attributes, value))
        : values.some((value) => fits(event, name as EventFilter, value)),
    );
}

function fits(event: RecordedLifecycle, filter: EventFilter, value: string): boolean {
  const { type, action, id, attributes } = event;
  if (filter === 'type') return type === value;
  if (filter === 'scope') return value === 'local';
  // exec_start: sh -c …, health_status: healthy
  if (filter === 'event') return action === value || action.startsWith(`${value}:`);
  if (filter === 'image') {
    const name = (type === 'image' ? attributes.name : attributes.image) ?? '';
    return [id, name, name.replace(/:[^:/]*$/, '')].includes(value);
  }
  return type === filter && [id, attributes.name ?? ''].some((text) => text.startsWith(value));
}
