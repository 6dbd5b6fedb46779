/** The part of Go's templates that scripts use with docker: `{{.State.Pid}}` and `{{json .Config}}`. */
import { TsstepError } from '../../../core/errors.ts';

function unusable(what: string, why: string, remedy: string): TsstepError {
  return new TsstepError({ code: 'usage', what: `--format: ${what}`, why, remedy });
}

function fieldOf(value: unknown, name: string, path: string): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
    return (value as Record<string, unknown>)[name];
  }
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  throw unusable(
    `there is no ${path}`,
    `nothing is called "${name}" there`,
    names.length > 0 ? `one of ${names.join(', ')}` : 'leave --format out to see everything that there is',
  );
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '<no value>';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function evaluate(expression: string, value: unknown): string {
  const match = /^(json\s+)?(\.[\w.]*)$/.exec(expression.trim());
  const path = match?.[2];
  if (path === undefined) {
    throw unusable(
      `"{{${expression}}}" cannot be understood`,
      'only a path of names, or json and a path, is',
      'write {{.State.Pid}} or {{json .Config}}; for more, leave --format out and use jq',
    );
  }
  const names = path.split('.').filter((name) => name !== '');
  const found = names.reduce((at: unknown, name) => fieldOf(at, name, path), value);
  return match?.[1] === undefined ? plain(found) : JSON.stringify(found ?? null);
}

/** `\t` and `\n` mean what they do with docker. @throws TsstepError usage */
export function render(template: string, value: unknown): string {
  return template
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n')
    .replace(/\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression, value));
}
