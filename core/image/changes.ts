import { TsstepError } from '../errors.ts';
import { signalNumber } from '../spec/signal.ts';
import type { ImageConfig } from './types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const instructions: Readonly<
  Record<string, (config: Mutable<ImageConfig>, rest: string, change: string) => void>
> = {
  CMD: (config, rest, change) => {
    config.Cmd = command(rest, change);
  },
  ENTRYPOINT: (config, rest, change) => {
    config.Entrypoint = command(rest, change);
  },
  ENV: (config, rest, change) => {
    const set = pairs(rest, change);
    const kept = (config.Env ?? []).filter((one) => !set.some(([name]) => one.startsWith(`${name}=`)));
    config.Env = [...kept, ...set.map(([name, value]) => `${name}=${value}`)];
  },
  LABEL: (config, rest, change) => {
    config.Labels = { ...config.Labels, ...Object.fromEntries(pairs(rest, change)) };
  },
  WORKDIR: (config, rest) => {
    config.WorkingDir = rest.startsWith('/')
      ? rest
      : `${(config.WorkingDir ?? '').replace(/\/$/, '')}/${rest}`;
  },
  USER: (config, rest) => {
    config.User = rest;
  },
  STOPSIGNAL: (config, rest, change) => {
    if (signalNumber(rest) === undefined) throw bad(change, `there is no signal ${JSON.stringify(rest)}`);
    config.StopSignal = rest;
  },
  EXPOSE: (config, rest, change) => {
    const ports = rest.split(/\s+/).map((port) => {
      if (!/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/i.test(port))
        throw bad(change, `${JSON.stringify(port)} is not a port like 80 or 53/udp`);
      return port.includes('/') ? port.toLowerCase() : `${port}/tcp`;
    });
    config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
  },
  VOLUME: (config, rest, change) => {
    const paths = rest.startsWith('[') ? jsonStrings(rest, change) : rest.split(/\s+/);
    config.Volumes = { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
  },
};

/** A configuration with `--change` instructions applied, as `docker import` does. @throws `usage` */
export function applyChanges(config: ImageConfig, changes: readonly string[]): ImageConfig {
  const changed = { ...config };
  for (const change of changes) {
    const [, keyword = '', rest = ''] = /^\s*(\S+)\s+([\s\S]*\S)\s*$/.exec(change) ?? [];
    const name = keyword.toUpperCase();
    const apply = Object.hasOwn(instructions, name) ? instructions[name] : undefined;
    if (!apply) throw bad(change, `it has to be one of ${Object.keys(instructions).join(', ')} and a value`);
    apply(changed, rest, change);
  }
  return changed;
}

// A JSON list is executed as it is; anything else goes to a shell.
function command(rest: string, change: string): string[] {
  return rest.startsWith('[') ? jsonStrings(rest, change) : ['/bin/sh', '-c', rest];
}

function jsonStrings(text: string, change: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw bad(change, 'what begins with "[" has to be a JSON list of strings in double quotes');
  }
  if (Array.isArray(json) && json.every((one): one is string => typeof one === 'string')) return json;
  throw bad(change, 'the JSON list has to hold strings only');
}

/** `A=1 B="two words"`, or the old form `A one value`. */
function pairs(rest: string, change: string): [name: string, value: string][] {
  const [first = ''] = rest.split(/\s/, 1);
  if (!first.includes('=')) {
    const value = rest.slice(first.length).trim();
    if (value === '') throw bad(change, `${JSON.stringify(first)} has no value: write NAME=VALUE`);
    return [[first, value]];
  }
  return (rest.match(/(?:\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|'[^']*'|[^\s\\"'])+/g) ?? []).map((word) => {
    const plain = word.replace(
      /\\([\s\S])|"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'/g,
      (_, escaped?: string, double?: string, single?: string) =>
        escaped ?? double?.replace(/\\(["\\$])/g, '$1') ?? single ?? '',
    );
    const equals = plain.indexOf('=');
    if (equals < 1) throw bad(change, `${JSON.stringify(plain)} is not NAME=VALUE`);
    return [plain.slice(0, equals), plain.slice(equals + 1)];
  });
}

function bad(change: string, why: string): TsstepError {
  return new TsstepError({
    code: 'usage',
    what: `--change ${JSON.stringify(change)} cannot be understood`,
    why,
    remedy:
      'write it like a line of a Dockerfile: `--change \'CMD ["/bin/sh"]\'` or `--change "ENV LANG=C.UTF-8"`',
  });
}
