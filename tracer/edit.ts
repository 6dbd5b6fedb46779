import type { Scalar, Snapshot, Tree } from './snapshot.ts';
import { isLeaf, isTree, type Node, own, put } from './tree.ts';

/** A snapshot that is being changed: each record is copied the first time it is written to, the rest stays shared. */
export class Edit {
  readonly #root: Tree;
  readonly #copied = new Set<Tree>();

  constructor(root: Tree) {
    this.#root = root;
    this.#copied.add(root);
  }

  snapshot(): Snapshot {
    const { host = {}, container = {}, known = {} } = this.#root;
    return {
      host: host as Snapshot['host'],
      container: container as Snapshot['container'],
      known: known as Tree,
    };
  }

  set(path: readonly string[], value: Scalar | Tree): void {
    const key = path.at(-1);
    if (key === undefined) return;
    let tree = this.#root;
    for (const step of path.slice(0, -1)) tree = this.#child(tree, step);
    put(tree, key, value);
  }

  /** Takes the leaf away, and records that it leaves empty: where one shall stay, the changes say so. */
  remove(path: readonly string[]): void {
    const trail: [Tree, string][] = [];
    let node: Node = this.#root;
    for (const [depth, key] of path.entries()) {
      if (!isTree(node) || !Object.hasOwn(node, key)) return;
      trail.push([node, key]);
      node = depth < path.length - 1 && isTree(node[key]) ? this.#child(node, key) : node[key];
    }
    if (node === undefined || !isLeaf(node)) return;
    for (const [tree, key] of trail.reverse()) {
      delete tree[key];
      if (Object.keys(tree).length > 0) return;
    }
  }

  #child(tree: Tree, key: string): Tree {
    const child = own(tree, key);
    if (isTree(child) && this.#copied.has(child)) return child;
    const copy: Tree = isTree(child) ? { ...child } : {};
    this.#copied.add(copy);
    put(tree, key, copy);
    return copy;
  }
}
