/** The words of one action. */
import { malformed } from './failure.ts';

export type Token =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'name' | 'variable' | 'path' | 'sign'; text: string };

/** A path's names have no blanks in between; `$` alone is the whole data. */
const word =
  /^(?:(?<string>"(?:\\.|[^"\\])*")|(?<raw>`[^`]*`)|(?<number>[-+]?\d+(?:\.\d+)?)|(?<variable>\$\w*)|(?<path>\.[\w.]*)|(?<name>[A-Za-z_]\w*)|(?<sign>:=|[=|(),]))/;

/** With a `space` sign before what has white space before it: `(a).b` is a path, `(a) .b` two arguments. */
export function tokensOf(action: string): { token: Token; spaced: boolean }[] {
  const tokens: { token: Token; spaced: boolean }[] = [];
  for (let rest = action; rest !== ''; ) {
    const trimmed = rest.trimStart();
    if (trimmed === '') break;
    const match = word.exec(trimmed);
    if (!match?.groups) throw malformed(`unexpected ${JSON.stringify([...trimmed][0])} in {{${action}}}`);
    tokens.push({ token: tokenOf(match.groups, action), spaced: trimmed.length < rest.length });
    rest = trimmed.slice(match[0].length);
  }
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, action: string): Token {
  const { string, raw, number, variable, path, name, sign = '' } = groups;
  if (string !== undefined) return { kind: 'string', value: unquote(string, action) };
  if (raw !== undefined) return { kind: 'string', value: raw.slice(1, -1) };
  if (number !== undefined) return { kind: 'number', value: Number(number) };
  if (variable !== undefined) return { kind: 'variable', text: variable };
  if (path !== undefined) return { kind: 'path', text: path };
  return name === undefined ? { kind: 'sign', text: sign } : { kind: 'name', text: name };
}

function unquote(text: string, action: string): string {
  try {
    return JSON.parse(text.replaceAll('\n', '\\n').replaceAll('\t', '\\t')) as string;
  } catch {
    throw malformed(`${text} in {{${action}}} is not a string`, 'write \\" for a quote and \\\\ for a \\');
  }
}
