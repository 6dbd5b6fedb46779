/** `$x := index .Ports "80/tcp" | len`. */
import { malformed } from './failure.ts';
import type { Operand, Pipe } from './nodes.ts';
import { tokensOf } from './tokens.ts';

interface Context {
  /** Those that may be used. */
  variables: readonly string[];
  isFunction: (name: string) => boolean;
}

const literals: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };

/** @throws TsstepError usage */
export function parsePipe(text: string, context: Context): Pipe {
  const { declared, assigns, rest } = declarationOf(text);
  const reader = new Reader(rest, context);
  const pipe = reader.pipe();
  if (!reader.isOver) throw malformed(`unexpected ")" in {{${text}}}`, 'open what you close');
  if (assigns) for (const name of declared) reader.know(name);
  return { ...pipe, variables: declared, assigns };
}

function declarationOf(text: string) {
  const match = /^(\$\w+)(?:\s*,\s*(\$\w+))?\s*(:?=)(.*)$/s.exec(text);
  if (!match) return { declared: [], assigns: false, rest: text };
  const [, first = '', second, sign, rest = ''] = match;
  return { declared: second === undefined ? [first] : [first, second], assigns: sign === '=', rest };
}

class Reader {
  readonly #text: string;
  readonly #tokens: ReturnType<typeof tokensOf>;
  readonly #context: Context;

  constructor(text: string, context: Context) {
    this.#text = text;
    this.#tokens = tokensOf(text);
    this.#context = context;
  }

  get isOver(): boolean {
    return this.#tokens.length === 0;
  }

  know(variable: string): void {
    if (!this.#context.variables.includes(variable)) throw malformed(`undefined variable "${variable}"`);
  }

  /** Up to its end or the bracket that closes it. */
  pipe(): Pipe {
    const commands: Operand[][] = [[]];
    while (!this.isOver && !this.#is(')')) {
      if (this.#take('|')) commands.push([]);
      else commands.at(-1)?.push(this.#operand());
    }
    if (commands.some((command) => command.length === 0))
      throw malformed(`missing value for command in {{${this.#text}}}`);
    return { variables: [], assigns: false, commands };
  }

  #operand(): Operand {
    const next = this.#tokens.shift();
    const token = next?.token;
    if (token?.kind === 'string' || token?.kind === 'number') return { kind: 'literal', value: token.value };
    if (token?.kind === 'name') return this.#named(token.text);
    if (token?.kind === 'path') return path('.', token.text, token.text);
    if (token?.kind === 'variable') {
      this.know(token.text);
      const behind = this.#pathBehind();
      return path({ variable: token.text }, behind, token.text + behind);
    }
    if (token?.text !== '(') throw malformed(`unexpected "${token?.text}" in {{${this.#text}}}`);
    const inner = this.pipe();
    if (!this.#take(')')) throw malformed(`unclosed left paren in {{${this.#text}}}`, 'write )');
    const behind = this.#pathBehind();
    return path(inner, behind, `(…)${behind}`);
  }

  #named(name: string): Operand {
    if (Object.hasOwn(literals, name)) return { kind: 'literal', value: literals[name] ?? null };
    if (this.#context.isFunction(name)) return { kind: 'function', name };
    throw malformed(`function "${name}" not defined`);
  }

  #pathBehind(): string {
    const next = this.#tokens[0];
    if (!next || next.spaced || next.token.kind !== 'path') return '';
    this.#tokens.shift();
    return next.token.text;
  }

  #is(sign: string): boolean {
    const token = this.#tokens[0]?.token;
    return token?.kind === 'sign' && token.text === sign;
  }

  #take(sign: string): boolean {
    if (!this.#is(sign)) return false;
    this.#tokens.shift();
    return true;
  }
}

function path(base: '.' | Pipe | { variable: string }, text: string, source: string): Operand {
  const names = text === '' || text === '.' ? [] : text.slice(1).split('.');
  if (names.includes('')) throw malformed(`unexpected <.> in ${source}`, 'write one point between two names');
  return { kind: 'path', base, names, source };
}
