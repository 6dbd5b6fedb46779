/** `--ulimit name=soft[:hard]`, the names of getrlimit(2) as docker writes them; -1 is unlimited. */
import type { Spec } from './types.ts';
import { usageError } from './usage.ts';

type Ulimit = Spec['ulimits'][number];

/** RLIMIT_AS is missing as in docker: Go and Node map far more than they use. */
const ulimitNames = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
] as const;

/** In order of first mention; the last one of a name counts. */
export function parseUlimits(texts: readonly string[]): Ulimit[] {
  const found = new Map<string, Ulimit>();
  for (const text of texts) {
    const ulimit = parseUlimit(text);
    found.set(ulimit.resource, ulimit);
  }
  return [...found.values()];
}

function parseUlimit(text: string): Ulimit {
  const fail = (why: string, remedy = 'write it like --ulimit nofile=1024:2048') =>
    usageError('--ulimit', text, why, remedy);
  const equals = text.indexOf('=');
  if (equals < 0) throw fail('there is no value');
  const resource = text.slice(0, equals);
  if (!ulimitNames.some((name) => name === resource)) {
    throw fail(`${JSON.stringify(resource)} is not a limit`, `use one of ${ulimitNames.join(', ')}`);
  }
  const limits = text.slice(equals + 1).split(':');
  if (limits.length > 2) throw fail('there are a soft and a hard limit, no more');
  const [soft = 0, hard = soft] = limits.map((limit) => {
    const value = Number(limit);
    if (!/^(-1|\d+)$/.test(limit)) throw fail(`${JSON.stringify(limit)} is neither a whole number nor -1`);
    if (!Number.isSafeInteger(value)) throw fail(`${limit} is too large to count`, 'for no limit write -1');
    return value;
  });
  if (hard !== -1 && (soft === -1 || soft > hard)) throw fail('the soft limit is above the hard one');
  return { resource, soft, hard };
}
