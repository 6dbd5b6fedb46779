/** What a recording must not hold: values of environment variables that a person typed, and the file that repeats them. */
import type { Operation } from '../core/operation.ts';
import type { Spec } from '../core/spec/types.ts';

const REDACTED = '(redacted)';

type Secrets = ReadonlySet<string>;

export function redactOperation(operation: Operation, secrets: Secrets): Operation {
  if (operation.kind === 'write-file' && operation.secret) {
    return { ...operation, data: `(${Buffer.byteLength(operation.data)} bytes, not recorded)` };
  }
  if (operation.kind === 'lookup-executable' && secrets.has('PATH')) return { ...operation, path: REDACTED };
  if (operation.kind !== 'execve') return operation;
  return { ...operation, env: redacted(operation.env, secrets) };
}

const redacted = (env: Readonly<Record<string, string>>, secrets: Secrets): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, secrets.has(name) ? REDACTED : value]),
  );

export function redactSpec(spec: Spec, secrets: Secrets): Spec {
  const { joins } = spec;
  return {
    ...spec,
    env: spec.env.map(([name, value]) => [name, secrets.has(name) ? REDACTED : value] as const),
    ...(joins && { joins: { ...joins, env: redacted(joins.env, secrets) } }),
  };
}

/**
 * `NAME=value` in whatever word of the command line: `-e NAME=value`, `--env=NAME=value`, `-iteNAME=value`, and where the command
 * repeats it. The longest first, and never as the end of another name: `KEY=` stands in `API_KEY=secret` too.
 */
export function redactArguments(argv: readonly string[], spec: Spec, secrets: Secrets): string[] {
  const typed = spec.env
    .filter(([name]) => secrets.has(name))
    .map(([name, value]) => ({ name, pair: `${name}=${value}` }))
    .sort((a, b) => b.pair.length - a.pair.length)
    .map(({ name, pair }) => ({
      name,
      pattern: new RegExp(`(^(?:--env=|-[a-zA-Z]*e)?|\\W)${escaped(pair)}`, 'g'),
    }));
  return argv.map((word) =>
    typed.reduce(
      (text, { name, pattern }) =>
        text.replace(pattern, (_, before: string) => `${before}${name}=${REDACTED}`),
      word,
    ),
  );
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
