/** Docker's filters for containers. Of one kind any may fit, of labels all have to; of different kinds all have to. */
import { TsstepError } from '../../../core/errors.ts';

export const filterNames = [
  ...['ancestor', 'before', 'exited', 'expose', 'health', 'id', 'label', 'name', 'network', 'publish'],
  ...['since', 'status', 'volume'],
] as const;

export type Filters = Readonly<Record<string, readonly string[]>>;

const values: Readonly<Record<string, readonly string[]>> = {
  status: ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead'],
  health: ['starting', 'healthy', 'unhealthy', 'none'],
};

/** @param texts `NAME=VALUE` @throws TsstepError usage */
export function parseFilters(texts: readonly string[]): Filters {
  const filters: Record<string, string[]> = {};
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (!text.includes('=')) throw invalid(`bad format of filter "${text}"`, 'a filter is NAME=VALUE');
    if (!(filterNames as readonly string[]).includes(name))
      throw invalid(`Invalid filter '${name}'`, 'there is no such filter');
    check(name, value);
    filters[name] = [...(filters[name] ?? []), value];
  }
  return filters;
}

function check(name: string, value: string): void {
  const known = values[name];
  if (known && !known.includes(value))
    throw invalid(`Invalid filter '${name}=${value}'`, `it is one of ${known.join(', ')}`);
  if (name === 'exited' && !/^-?\d+$/.test(value))
    throw invalid(`Invalid filter 'exited=${value}'`, 'an exit code is a number');
  if (name === 'publish' || name === 'expose') portsIn(name, value);
  if (name === 'name' || name === 'id') patternOf(name, value);
}

/** `80`, `80/tcp`, `8000-8010/udp`: each as `80/tcp`. @throws TsstepError usage */
export function portsIn(name: string, text: string): string[] {
  const [, from = '', to = from, protocol = 'tcp'] =
    /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === '' || first > last || last > 65535)
    throw invalid(`Invalid filter '${name}=${text}'`, 'it is no port', 'write 80, 80/tcp or 8000-8010/udp');
  return Array.from({ length: last - first + 1 }, (_, at) => `${first + at}/${protocol}`);
}

/** @throws TsstepError usage */
export function patternOf(name: string, text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw invalid(`Invalid filter '${name}=${text}'`, 'it is no regular expression', 'write a part of it');
  }
}

function invalid(what: string, why: string, remedy = `one of ${filterNames.join(', ')}`): TsstepError {
  return new TsstepError({ code: 'usage', what, why, remedy, exit: 1 });
}
