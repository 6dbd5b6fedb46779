/** Cuts a template into its text and its actions. */
import { malformed } from './failure.ts';

export type Piece = { text: string } | { action: string };

/** `{{- ` eats the white space before it, ` -}}` the one behind (text/template). @throws TsstepError usage */
export function scan(template: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = template;
  let trimming = false;
  for (;;) {
    const open = rest.indexOf('{{');
    const trims = open >= 0 && /^\{\{-\s/.test(rest.slice(open));
    const text = open < 0 ? rest : rest.slice(0, open);
    const left = trimming ? text.trimStart() : text;
    pieces.push({ text: trims ? left.trimEnd() : left });
    if (open < 0) return pieces;
    const inside = rest.slice(open + (trims ? 3 : 2));
    const length = lengthOfAction(inside);
    const action = inside.slice(0, length);
    trimming = /\s-$/.test(action);
    const content = (trimming ? action.slice(0, -1) : action).trim();
    if (!/^\/\*.*\*\/$/s.test(content)) pieces.push({ action: content });
    rest = inside.slice(length + 2);
  }
}

/** Up to the `}}` that stands in no quotes. */
function lengthOfAction(text: string): number {
  const part = /^(?:\/\*.*?\*\/|"(?:\\.|[^"\\])*"|`[^`]*`|(?!\}\})[^"`])*?(?=\s*-?\}\})/s.exec(text);
  const close = part ? text.indexOf('}}', part[0].length) : -1;
  if (close < 0) throw malformed('unclosed action: a {{ has no }}', 'close what {{ opens with }}');
  return close;
}
