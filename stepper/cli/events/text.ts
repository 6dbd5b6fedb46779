/** An event as docker writes it. */
import type { RecordedLifecycle } from '../../../core/store/lifecycle-reader.ts';
import { goMap } from '../template/go-values.ts';

const SECOND = 1_000_000_000n;
const two = (number: number): string => String(number).padStart(2, '0');

/** Go's RFC3339Nano with all nine digits, in local time: `2026-11-24T15:00:00.000000000Z`, `…+01:00`. */
function nanoTime(time: bigint): string {
  const date = new Date(Number(time / 1_000_000n));
  const east = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + east * 60_000).toISOString().slice(0, 19);
  const minutes = Math.abs(east);
  const zone =
    east === 0 ? 'Z' : `${east < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
  return `${local}.${String(time % SECOND).padStart(9, '0')}${zone}`;
}

export function eventLine({ time, type, action, id, attributes }: RecordedLifecycle): string {
  const shown = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  return `${nanoTime(time)} ${type} ${action} ${id}${shown === '' ? '' : ` (${shown})`}`;
}

/** The keys of docker's message; `timeNano` as text, because a double cannot hold it. */
function eventDocument({ time, type, action, id, attributes }: RecordedLifecycle) {
  return {
    ...((type === 'container' || type === 'image') && { status: action, id }),
    ...(type === 'container' && { from: attributes.image ?? '' }),
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: goMap(attributes) },
    scope: 'local',
    time: Number(time / SECOND),
    timeNano: String(time),
  };
}

/** The nanoseconds as the number that docker writes: JSON has no bounds for it, only doubles have. */
export const eventJson = (event: RecordedLifecycle): string =>
  JSON.stringify(eventDocument(event)).replace(/"timeNano":"(\d+)"\}$/, '"timeNano":$1}');

/** What a template sees, by the names of docker's structure in Go. */
export function eventFields(event: RecordedLifecycle) {
  const { Type, Action, Actor, time, timeNano } = eventDocument(event);
  return {
    ...{ Type, Action, Actor, Scope: 'local', Time: time, TimeNano: timeNano },
    ...{ Status: Action, ID: event.id, From: event.attributes.image ?? '' },
  };
}
