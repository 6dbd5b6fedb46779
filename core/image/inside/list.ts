import { unsafeEntry } from '../unpack/entry.ts';
import { follow } from './follow.ts';
import type { LayerFile, LayerList } from './types.ts';

/** What unpacking makes of a directory that has entries and is no entry itself. */
const implied: LayerFile = { type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, target: '' };

/**
 * Collects a layer's list from entries in any order. It comes to the same end as unpacking does (layer-tree.ts): the later entry
 * wins, and what is below a symlink of the layer lands where that leads.
 */
export class ListBuilder implements LayerList {
  readonly files = new Map<string, LayerFile>();
  readonly removed = new Set<string>();
  readonly opaque = new Set<string>();

  add(path: string, file: LayerFile): void {
    const at = this.#locate(path);
    if (at === '') return;
    if (this.files.get(at)?.type === 'directory' && file.type !== 'directory') this.#empty(at);
    this.#set(at, file);
  }

  /** @throws `bad-image` when there is no such file in the layer so far */
  link(path: string, target: string): void {
    const file = this.files.get(this.#follow(target, path, false));
    if (!file || file.type === 'directory')
      throw unsafeEntry(
        path,
        `it is a hard link to ${JSON.stringify(target)}, which is no file of this layer`,
      );
    this.add(path, file);
  }

  /** Hides what lower layers have at `path`; what this layer has there stays. */
  remove(path: string): void {
    const at = this.#locate(path);
    const own = this.files.get(at);
    if (own?.type === 'directory') this.opaque.add(at);
    else if (!own) this.removed.add(at);
  }

  /** Hides what lower layers have in the directory `path`. */
  clear(path: string): void {
    const at = this.#locate(path);
    if (at !== '' && !this.files.has(at)) this.#set(at, implied);
    this.opaque.add(at);
  }

  /** A directory that was hidden and comes again hides the old one by being opaque. */
  #set(path: string, file: LayerFile): void {
    if (this.removed.delete(path) && file.type === 'directory') this.opaque.add(path);
    this.files.set(path, file);
  }

  #locate(path: string): string {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return path;
    const folder = this.#follow(path.slice(0, slash), path, true);
    for (let end = folder.indexOf('/'); folder !== ''; end = folder.indexOf('/', end + 1)) {
      const parent = end < 0 ? folder : folder.slice(0, end);
      if (this.files.get(parent)?.type !== 'directory') this.#set(parent, implied);
      if (end < 0) break;
    }
    return folder === '' ? path.slice(slash + 1) : `${folder}/${path.slice(slash + 1)}`;
  }

  #follow(path: string, entry: string, last: boolean): string {
    const found = follow(path, (at) => this.files.get(at), { last });
    if (found === undefined) throw unsafeEntry(entry, 'a symlink on its path leads back to itself (ELOOP)');
    return found;
  }

  #empty(path: string): void {
    this.opaque.delete(path);
    for (const known of this.files.keys()) if (known.startsWith(`${path}/`)) this.files.delete(known);
  }
}
