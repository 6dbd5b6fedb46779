/** Docker's filters for networks. Of one kind, any may fit; of different kinds, all have to; labels all have to. */
import { TsstepError } from '../errors.ts';
import type { Network } from './network.ts';
import { isBuiltIn } from './network.ts';

export const networkFilters = ['driver', 'id', 'label', 'name', 'scope', 'type', 'dangling'] as const;
export const networkPruneFilters = ['label', 'label!', 'until'] as const;

type Name = (typeof networkFilters)[number] | (typeof networkPruneFilters)[number];

const bad = (what: string, why: string, remedy: string): TsstepError =>
  new TsstepError({ code: 'usage', what, why, remedy, exit: 1 });

function hasLabel({ labels }: Network, text: string): boolean {
  const [, key = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Go's duration (`1h30m`), seconds since 1970, or a date: milliseconds. */
function moment(text: string, now: number): number {
  if (/^(\d+[hms])+$/.test(text)) {
    const seconds = [...text.matchAll(/(\d+)([hms])/g)].reduce(
      (sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 1),
      0,
    );
    return now - seconds * 1000;
  }
  const at = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(at))
    throw bad(`invalid filter until=${text}`, 'it is neither a time span nor a date', 'until=24h');
  return at;
}

const isBridge = ({ driver }: Network): boolean => driver === 'bridge';
const dangling = (text: string): boolean => /^(1|t|true)$/i.test(text);

/** `inUse`: a running container is in it. */
interface Seen {
  network: Network;
  inUse: boolean;
}

const tests: Readonly<Record<Name, (seen: Seen, value: string, now: number) => boolean>> = {
  driver: ({ network }, value) => network.driver === value,
  id: ({ network }, value) => network.id.startsWith(value),
  label: ({ network }, value) => hasLabel(network, value),
  'label!': ({ network }, value) => !hasLabel(network, value),
  name: ({ network }, value) => network.name.includes(value),
  scope: (_, value) => value === 'local',
  type: ({ network }, value) => (value === 'builtin' ? isBuiltIn(network.name) : !isBuiltIn(network.name)),
  dangling: ({ network, inUse }, value) =>
    dangling(value) === (isBridge(network) && !isBuiltIn(network.name) && !inUse),
  until: ({ network }, value, now) => Date.parse(network.created) < moment(value, now),
};

const all: ReadonlySet<Name> = new Set(['label', 'label!', 'until']);

/** @param texts `NAME=VALUE` @throws TsstepError usage */
export function networkFilter(
  texts: readonly string[],
  known: readonly Name[],
  now: number,
): (seen: Seen) => boolean {
  const wanted = new Map<Name, string[]>();
  for (const text of texts) {
    const [, key = text, value = ''] = /^(label!|[^=]*)=(.*)$/s.exec(text) ?? [];
    const name = known.find((one) => one === key);
    if (name === undefined || value === '')
      throw bad(`Invalid filter '${text}'`, 'a filter is NAME=VALUE', `one of ${known.join(', ')}`);
    if (name === 'until') moment(value, now);
    wanted.set(name, [...(wanted.get(name) ?? []), value]);
  }
  return (seen) =>
    [...wanted].every(([name, values]) =>
      all.has(name)
        ? values.every((value) => tests[name](seen, value, now))
        : values.some((value) => tests[name](seen, value, now)),
    );
}
