/** Records of a snapshot, seen as the set of their leaves. An empty record is a leaf without a value. */
import type { Scalar, Tree } from './snapshot.ts';

export type Node = Scalar | Tree | undefined;

export function* leaves(
  node: Node,
  path: readonly string[],
): Generator<[readonly string[], Scalar | undefined]> {
  if (node === undefined) return;
  if (!isTree(node) || isLeaf(node)) yield [path, scalar(node)];
  else for (const [key, child] of Object.entries(node)) yield* leaves(child, [...path, key]);
}

export function isTree(node: Node): node is Tree {
  return typeof node === 'object' && node !== null;
}

export function isLeaf(node: Scalar | Tree): boolean {
  return !isTree(node) || Object.keys(node).length === 0;
}

export function scalar(node: Scalar | Tree): Scalar | undefined {
  return isTree(node) ? undefined : node;
}

export function own(tree: Tree, key: string): Node {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** Plain assignment would take an environment variable called `__proto__` for the prototype. */
export function put(tree: Tree, key: string, value: Scalar | Tree): void {
  if (key === '__proto__')
    Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
  else tree[key] = value;
}
