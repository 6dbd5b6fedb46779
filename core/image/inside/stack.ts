import { MergedTree, type Seen } from './merged.ts';
import type { FileChange, LayerChanges, LayerFile, LayerList, Waste } from './types.ts';

/** Of a file's content; asked only for files of equal size, as it may have to be read. */
export type DigestOf = (layer: number, path: string, file: LayerFile) => string;

/** Puts layers on top of each other, lowest first, and keeps account of what each of them changes and hides. No I/O of its own. */
export class LayerStack {
  readonly #tree = new MergedTree();
  readonly #digestOf: DigestOf;
  readonly #layers: { changes: FileChange[]; bytes: number; wasted: number; opaque: string[] }[] = [];
  readonly #waste: Waste[] = [];
  /** How many names of a file are still seen. */
  readonly #names = new Map<LayerFile, number>();

  constructor(digestOf: DigestOf) {
    this.#digestOf = digestOf;
  }

  add({ files, removed, opaque }: LayerList): void {
    const number = this.#layers.length + 1;
    const hidden = new Map<string, Seen>();
    for (const path of opaque)
      for (const [at, seen] of this.#tree.take(path, { itself: false })) hidden.set(at, seen);
    for (const path of removed)
      for (const [at, seen] of this.#tree.take(path, { itself: true })) hidden.set(at, seen);
    const changes: FileChange[] = [];
    for (const [path, file] of files) {
      if (file.type !== 'directory') {
        this.#names.set(file, (this.#names.get(file) ?? 0) + 1);
        // A directory that becomes something else takes along what it had.
        for (const [at, seen] of this.#tree.take(path, { itself: false })) hidden.set(at, seen);
      }
      const before = hidden.get(path) ?? this.#tree.find(path);
      hidden.delete(path);
      const change = this.#place(number, path, file, before);
      if (change) changes.push(change);
    }
    for (const [path, { layer, file, change }] of hidden) {
      this.#hide(path, { layer, file, change }, number, 'removed');
      changes.push({ path, kind: 'removed', file, below: { layer, file } });
    }
    changes.sort(byPath);
    this.#layers.push({ changes, bytes: bytesOf(files), wasted: 0, opaque: [...opaque] });
  }

  /** Of each layer, lowest first. */
  get layers(): LayerChanges[] {
    return this.#layers.map((layer) => ({
      ...layer,
      counts: countsOf(layer.changes),
    }));
  }

  get waste(): Waste[] {
    return [...this.#waste].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  }

  seen(path: string): Seen | undefined {
    return this.#tree.find(path);
  }

  #place(layer: number, path: string, file: LayerFile, before: Seen | undefined): FileChange | undefined {
    // Directories merge. Tars repeat those on the way to what they change, and that changes nothing.
    if (before && isSameDirectory(before.file, file)) {
      this.#tree.put(path, before);
      return undefined;
    }
    const sameContent = before !== undefined && this.#isSameContent(path, before, { layer, file });
    const change: FileChange = {
      path,
      kind: before ? 'changed' : 'added',
      file,
      ...(before ? { below: { layer: before.layer, file: before.file } } : {}),
      ...(sameContent ? { sameContent } : {}),
    };
    if (before && !bothDirectories(before.file, file))
      this.#hide(path, before, layer, sameContent ? 'copied' : 'replaced');
    this.#tree.put(path, { layer, file, change });
    return change;
  }

  #hide(path: string, { layer, file, change }: Seen, hiddenBy: number, how: Waste['how']): void {
    change.hiddenBy = hiddenBy;
    const names = (this.#names.get(file) ?? 0) - 1;
    this.#names.set(file, names);
    const owner = this.#layers[layer - 1];
    if (names > 0 || file.size === 0 || !owner) return;
    owner.wasted += file.size;
    this.#waste.push({ path, bytes: file.size, layer, hiddenBy, how });
  }

  #isSameContent(
    path: string,
    below: Pick<Seen, 'layer' | 'file'>,
    above: Pick<Seen, 'layer' | 'file'>,
  ): boolean {
    const [a, b] = [below.file, above.file];
    if (a.type !== b.type || a.size !== b.size || a.target !== b.target) return false;
    if (a.size === 0) return true;
    return this.#digestOf(below.layer, path, a) === this.#digestOf(above.layer, path, b);
  }
}

/** A directory comes right before what is in it: `a/b` before `a-b`. */
function byPath(a: FileChange, b: FileChange): number {
  const [left, right] = [a.path.replaceAll('/', '\0'), b.path.replaceAll('/', '\0')];
  return left < right ? -1 : Number(left > right);
}

const bothDirectories = (a: LayerFile, b: LayerFile): boolean =>
  a.type === 'directory' && b.type === 'directory';

const isSameDirectory = (a: LayerFile, b: LayerFile): boolean =>
  bothDirectories(a, b) && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;

function bytesOf(files: ReadonlyMap<string, LayerFile>): number {
  return [...new Set(files.values())].reduce((sum, { size }) => sum + size, 0);
}

function countsOf(changes: readonly FileChange[]): LayerChanges['counts'] {
  const counts = { added: zero(), changed: zero(), removed: zero() };
  for (const { kind, file } of changes) counts[kind][file.type === 'directory' ? 'directories' : 'files']++;
  return counts;
}

const zero = () => ({ files: 0, directories: 0 });
