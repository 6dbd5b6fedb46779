/** Templates as docker's --format takes them. */
import { evaluate } from './evaluate.ts';
import type { Call } from './functions.ts';
import { parse } from './parse.ts';

/**
 * @param instead functions that do something else than usual
 * @throws TsstepError usage, with docker's exit code 1
 */
export const render = (
  template: string,
  data: unknown,
  instead: Readonly<Record<string, Call>> = {},
): string => evaluate(parse(template), data, instead);

/** In the formats of lists `\t` and `\n` mean what they do in Go; in those of inspect they stay as they are. */
export const unescaped = (template: string): string =>
  template.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
