/** Reads a template: text/template of Go, without its definitions of templates, which docker's formats cannot use. */
import { malformed } from './failure.ts';
import { isFunction } from './functions.ts';
import type { Node, Pipe } from './nodes.ts';
import { parsePipe } from './parse-pipe.ts';
import { type Piece, scan } from './scan.ts';

/** @throws TsstepError usage */
export function parse(template: string): readonly Node[] {
  const pieces = scan(template);
  const { nodes, end } = block(pieces, ['$'], '');
  if (end !== '')
    throw malformed(`unexpected {{${end}}}`, 'each end and else belongs to an if, range or with');
  return nodes;
}

interface Block {
  nodes: readonly Node[];
  /** What ended it: `end`, `else`, `else if …`; empty: the template's end. */
  end: string;
}

const isEnd = (action: string): boolean => /^(end|else)(\s|$)/.test(action);

/** Takes its pieces off the front of `pieces`. `variables`: those that are declared where it begins. */
function block(pieces: Piece[], variables: readonly string[], opened: string): Block {
  const nodes: Node[] = [];
  let declared = variables;
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    if ('text' in piece) {
      if (piece.text !== '') nodes.push({ kind: 'text', text: piece.text });
      continue;
    }
    const { action } = piece;
    if (isEnd(action)) return { nodes, end: action };
    const [, kind, rest = ''] = /^(if|with|range)\s+(.*)$/s.exec(action) ?? [];
    if (kind === 'if' || kind === 'with' || kind === 'range') {
      nodes.push(branch(pieces, kind, rest, declared));
      continue;
    }
    const pipe = pipeOf(action, declared);
    declared = [...declared, ...pipe.variables];
    nodes.push({ kind: 'print', pipe });
  }
  if (opened !== '')
    throw malformed(`unexpected EOF: {{${opened}}} has no {{end}}`, 'write {{end}} behind it');
  return { nodes, end: '' };
}

type Branching = 'if' | 'with' | 'range';

function branch(pieces: Piece[], kind: Branching, rest: string, outer: readonly string[]): Node {
  const pipe = pipeOf(rest, outer, kind === 'range');
  const variables = [...outer, ...pipe.variables];
  const { nodes: body, end } = block(pieces, variables, `${kind} ${rest}`);
  if (end === 'end') return { kind, pipe, body, otherwise: [] };
  const [, again, condition = ''] = /^else\s+(if|with)\s+(.*)$/s.exec(end) ?? [];
  // `else if` has no end of its own.
  if ((again === 'if' || again === 'with') && again === kind)
    return { kind, pipe, body, otherwise: [branch(pieces, again, condition, variables)] };
  if (end !== 'else') throw malformed(`unexpected {{${end}}}`, 'write {{else}} or {{end}}');
  const { nodes: otherwise, end: last } = block(pieces, variables, `${kind} ${rest}`);
  if (last !== 'end') throw malformed(`unexpected {{${last}}} behind {{else}}`, 'write {{end}}');
  return { kind, pipe, body, otherwise };
}

function pipeOf(text: string, variables: readonly string[], isRange = false): Pipe {
  const pipe = parsePipe(text, { variables, isFunction });
  if (pipe.variables.length > (isRange ? 2 : 1)) throw malformed(`too many variables in {{${text}}}`);
  return pipe;
}
