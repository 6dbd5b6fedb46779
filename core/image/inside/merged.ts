import type { FileChange, LayerFile } from './types.ts';

/** What is seen at a path, which layer it comes from, and the line in that layer's changes that brought it. */
export interface Seen {
  layer: number;
  file: LayerFile;
  change: FileChange;
}

interface Node {
  seen?: Seen;
  children?: Map<string, Node>;
}

/** The layers so far as one tree. A tree and no map of paths, as hiding a directory is to cost what is in it, not what there is. */
export class MergedTree {
  readonly #root: Node = {};

  find(path: string): Seen | undefined {
    let node: Node | undefined = this.#root;
    for (const part of parts(path)) node = node?.children?.get(part);
    return node?.seen;
  }

  put(path: string, seen: Seen): void {
    let node = this.#root;
    for (const part of parts(path)) {
      node.children ??= new Map();
      const next: Node = node.children.get(part) ?? {};
      node.children.set(part, next);
      node = next;
    }
    node.seen = seen;
  }

  /** Takes away what is below `path`, and with `itself` what is there. */
  *take(path: string, { itself }: { itself: boolean }): Generator<[path: string, seen: Seen]> {
    let node: Node | undefined = this.#root;
    for (const part of parts(path)) node = node?.children?.get(part);
    if (!node) return;
    const { children } = node;
    delete node.children;
    if (itself && node.seen) {
      yield [path, node.seen];
      delete node.seen;
    }
    for (const [name, child] of children ?? []) yield* below(path === '' ? name : `${path}/${name}`, child);
  }
}

function* below(path: string, { seen, children }: Node): Generator<[path: string, seen: Seen]> {
  if (seen) yield [path, seen];
  for (const [name, child] of children ?? []) yield* below(`${path}/${name}`, child);
}

const parts = (path: string): string[] => (path === '' ? [] : path.split('/'));
