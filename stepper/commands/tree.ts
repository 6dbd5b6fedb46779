import type { Scalar, Tree } from '../../tracer/snapshot.ts';

type Node = Scalar | Tree;

/** Walks `path` by the longest key that fits: keys hold dots themselves (`net.ipv4.ip_forward`, `/etc/resolv.conf`). */
export function findPath(tree: Node, path: string): Node | undefined {
  if (path === '') return tree;
  if (typeof tree !== 'object' || tree === null) return undefined;
  const keys = Object.keys(tree)
    .filter((key) => path === key || path.startsWith(`${key}.`))
    .sort((a, b) => b.length - a.length);
  for (const key of keys) {
    const found = findPath(tree[key] as Node, path.slice(key.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A record as indented lines; records of scalars only on one line each. */
export function treeLines(node: Node, name: string, indent = ''): string[] {
  if (typeof node !== 'object' || node === null)
    return [`${indent}${name}  ${String(node).replaceAll('\n', '⏎')}`];
  const entries = Object.entries(node);
  if (entries.length === 0) return [`${indent}${name}  (nothing)`];
  return [
    `${indent}${name}`,
    ...entries.flatMap(([key, value]) => treeLines(value as Node, key, `${indent}  `)),
  ];
}
