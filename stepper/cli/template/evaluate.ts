/** Fills in a template. */
import { impossible } from './failure.ts';
import { type Call, call } from './functions.ts';
import { goText, isMap, isNil, isTrue } from './go-values.ts';
import type { Node, Operand, Pipe } from './nodes.ts';

type Instead = Readonly<Record<string, Call>>;

/** Variables are looked up from the innermost outwards; an assignment reaches the one that is there. */
class Scope {
  readonly dot: unknown;
  readonly instead: Instead;
  readonly #outer: Scope | undefined;
  readonly #variables = new Map<string, unknown>();

  constructor(dot: unknown, instead: Instead, outer?: Scope) {
    this.dot = dot;
    this.instead = instead;
    this.#outer = outer;
  }

  inner(dot: unknown): Scope {
    return new Scope(dot, this.instead, this);
  }

  declare(name: string, value: unknown): void {
    this.#variables.set(name, value);
  }

  assign(name: string, value: unknown): void {
    if (this.#variables.has(name) || !this.#outer) this.#variables.set(name, value);
    else this.#outer.assign(name, value);
  }

  find(name: string): unknown {
    return this.#variables.has(name) ? this.#variables.get(name) : this.#outer?.find(name);
  }
}

/** @throws TsstepError usage for what is not there */
export function evaluate(nodes: readonly Node[], data: unknown, instead: Instead = {}): string {
  const scope = new Scope(data, instead);
  scope.declare('$', data);
  return written(nodes, scope);
}

const written = (nodes: readonly Node[], scope: Scope): string =>
  nodes.map((node) => one(node, scope)).join('');

function one(node: Node, scope: Scope): string {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'print') {
    const value = resultOf(node.pipe, scope);
    keep(node.pipe, [value], scope);
    return node.pipe.variables.length > 0 ? '' : goText(value);
  }
  const value = resultOf(node.pipe, scope);
  if (node.kind === 'range') return each(node, value, scope);
  const inner = scope.inner(node.kind === 'with' && isTrue(value) ? value : scope.dot);
  keep(node.pipe, [value], inner);
  return written(isTrue(value) ? node.body : node.otherwise, inner);
}

function each(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, value: unknown, scope: Scope): string {
  const items = itemsOf(value);
  if (items.length === 0) return written(node.otherwise, scope.inner(scope.dot));
  return items
    .map(([key, item]) => {
      const inner = scope.inner(item);
      keep(node.pipe, node.pipe.variables.length === 1 ? [item] : [key, item], inner);
      return written(node.body, inner);
    })
    .join('');
}

function itemsOf(value: unknown): [key: unknown, item: unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  if (isMap(value)) return Object.entries(value);
  if (isNil(value)) return [];
  throw impossible('range', `range can't iterate over ${goText(value)}`, 'range goes over lists and maps');
}

function keep({ variables, assigns }: Pipe, values: readonly unknown[], scope: Scope): void {
  for (const [at, name] of variables.entries()) {
    if (assigns) scope.assign(name, values[at]);
    else scope.declare(name, values[at]);
  }
}

function resultOf({ commands }: Pipe, scope: Scope): unknown {
  return commands.reduce<unknown[]>((before, command) => [result(command, before, scope)], [])[0];
}

/** `before`: what comes through the pipe, as one more argument. */
function result(command: readonly Operand[], before: readonly unknown[], scope: Scope): unknown {
  const [head, ...rest] = command;
  if (!head) return undefined;
  const others = () => [...rest.map((operand) => operandOf(operand, scope)), ...before];
  if (head.kind === 'function') return call(head.name, others(), scope.instead);
  const value = operandOf(head, scope, others);
  const takes = head.kind === 'path' && isMethod(head, scope);
  if (!takes && rest.length + before.length > 0)
    throw impossible(
      sourceOf(head),
      `${sourceOf(head)} has arguments but is no function`,
      'write a function in front',
    );
  return value;
}

const sourceOf = (operand: Operand): string =>
  operand.kind === 'path'
    ? operand.source
    : operand.kind === 'function'
      ? operand.name
      : String(operand.value);

function isMethod(operand: Extract<Operand, { kind: 'path' }>, scope: Scope): boolean {
  return typeof walk(operand, scope) === 'function';
}

function operandOf(operand: Operand, scope: Scope, rest: () => unknown[] = () => []): unknown {
  if (operand.kind === 'literal') return operand.value;
  if (operand.kind === 'function') return call(operand.name, [], scope.instead);
  const found = walk(operand, scope);
  return typeof found === 'function' ? (found as (...values: unknown[]) => unknown)(...rest()) : found;
}

function walk({ base, names, source }: Extract<Operand, { kind: 'path' }>, scope: Scope): unknown {
  return names.reduce((at: unknown, name) => fieldOf(at, name, source), baseOf(base, scope));
}

function baseOf(base: Extract<Operand, { kind: 'path' }>['base'], scope: Scope): unknown {
  if (base === '.') return scope.dot;
  return 'variable' in base ? scope.find(base.variable) : resultOf(base, scope);
}

function fieldOf(value: unknown, name: string, source: string): unknown {
  if (isNil(value))
    throw impossible(source, `nil data; no entry for key "${name}"`, 'ask first: {{with .Field}}{{end}}');
  if (typeof value === 'object' && Object.hasOwn(value as object, name))
    return (value as Record<string, unknown>)[name];
  const names =
    typeof value === 'object' ? Object.keys(value as object).filter((key) => key !== 'toJSON') : [];
  throw impossible(
    source,
    names.length > 0
      ? `map has no entry for key "${name}"`
      : `can't evaluate field ${name} in ${goText(value)}`,
    names.length > 0 ? `one of ${names.join(', ')}` : 'leave --format out to see everything that there is',
  );
}
