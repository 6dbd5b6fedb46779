/** `--env` and `--env-file`. Files come first whatever the order on the command line, so that a flag wins over a file. */
import { readPairs } from './env-file.ts';
import type { RunFlags } from './flags.ts';
import { usageError } from './usage.ts';

export interface TypedEnv {
  env: (readonly [name: string, value: string])[];
  /** `-e NAME` of a variable that tsstep's own environment lacks: docker then takes away the image's as well. */
  unset: string[];
}

/** `environment`: where `--env NAME` without a value looks. */
export function parseEnv(flags: RunFlags, environment: NodeJS.ProcessEnv): TypedEnv {
  const env = (flags.envFile ?? []).flatMap((path) =>
    readPairs('--env-file', path, (name) => environment[name]),
  );
  const unset = new Set<string>();
  for (const text of flags.env ?? []) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name === '') {
      // The value may be a secret and an error may be logged.
      throw usageError('--env', equals < 0 ? '' : '=…', 'a variable needs a name', 'write --env NAME=value');
    }
    const value = equals < 0 ? environment[name] : text.slice(equals + 1);
    if (value === undefined) unset.add(name);
    else env.push([name, value]);
  }
  for (const [name] of env) unset.delete(name);
  return { env, unset: [...unset] };
}
