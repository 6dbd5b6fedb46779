import type { Challenge } from './types.ts';

// RFC 7230: token, and quoted-string in which a backslash takes the next character as it is.
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const separators = /[\s,]*/y;

/** One challenge of a WWW-Authenticate header, whatever its scheme; names are lower case. */
interface Parsed {
  scheme: string;
  parameters: Record<string, string>;
}

/**
 * All challenges of WWW-Authenticate (RFC 7235, 4.1): several headers, or several challenges in one, whose commas look like those
 * between parameters. What follows a mistake is left out.
 */
export function parseChallenges(header: string | readonly string[] | undefined): Parsed[] {
  return [header ?? []].flat().flatMap(parseOne);
}

function parseOne(header: string): Parsed[] {
  const found: Parsed[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    take(separators);
    const [word] = take(token) ?? [];
    if (word === undefined) return found;
    // `name =` is a parameter of the challenge before; a word without is the next scheme.
    const parameter = take(/\s*=\s*/y) !== null;
    if (!parameter) {
      found.push({ scheme: word.toLowerCase(), parameters: {} });
      continue;
    }
    const text = take(quoted);
    const value = text ? (text[1] ?? '').replace(/\\(.)/g, '$1') : take(token)?.[0];
    const current = found.at(-1);
    if (value === undefined || !current) return found;
    current.parameters[word.toLowerCase()] = value;
  }
}

/** The challenge to answer: bearer, as registries offer basic beside it for tools that know no tokens. */
export function challengeOf(header: string | readonly string[] | undefined): Challenge | undefined {
  const all = parseChallenges(header);
  const bearer = all.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm !== undefined);
  if (bearer) {
    const { realm = '', service } = bearer.parameters;
    return { scheme: 'bearer', realm, ...(service === undefined ? {} : { service }) };
  }
  return all.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
}
