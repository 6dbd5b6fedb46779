/** What a recording must not hold: values of environment variables that a person typed, and the file that repeats them. */
import type { Operation } from '../core/operation.ts';
import type { Spec } from '../core/spec/types.ts';

const REDACTED = '(redacted)';

type Secrets = ReadonlySet<string>;

export function redactOperation(operation: Operation, secrets: Secrets): Operation {
  if (operation.kind === 'write-file' && operation.secret) {
    return { ...operation, data: `(${Buffer.byteLength(operation.data)} bytes, not recorded)` };
  }
  if (operation.kind !== 'execve') return operation;
  const env = Object.entries(operation.env).map(([name, value]) => [
    name,
    secrets.has(name) ? REDACTED : value,
  ]);
  return { ...operation, env: Object.fromEntries(env) as Record<string, string> };
}

export function redactSpec(spec: Spec, secrets: Secrets): Spec {
  return {
    ...spec,
    env: spec.env.map(([name, value]) => [name, secrets.has(name) ? REDACTED : value] as const),
  };
}

/** `-e NAME=value` in the words of the command line. */
export function redactArguments(argv: readonly string[], secrets: Secrets): string[] {
  return argv.map((word) => {
    const match = /^(-e|--env=)?([A-Za-z_]\w*)=/s.exec(word);
    return match?.[2] && secrets.has(match[2]) ? `${match[1] ?? ''}${match[2]}=${REDACTED}` : word;
  });
}
