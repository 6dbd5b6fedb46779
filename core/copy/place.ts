/** Putting entries of a tar where a person wants them: in a container, after chroot(2), or on this machine. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayerEntry } from '../image/unpack/entry.ts';
import type { Content } from '../image/unpack/file-content.ts';
import { own, writeEntry } from '../image/unpack/write-entry.ts';
import { setTimes } from '../kernel/fs.ts';
import { cannotCopy, making } from './refusal.ts';

/**
 * A directory that gets entries. A file replaces a file; a directory and what is no directory do not replace each other, as
 * with docker.
 */
export class Place {
  readonly #into: string;
  /** mtimes of directories, which every new entry in them changes: set at the end. */
  readonly #mtimes = new Map<string, bigint>();

  constructor(into: string) {
    this.#into = into;
  }

  /** @throws TsstepError copy */
  async add(entry: LayerEntry, content: Content): Promise<void> {
    const at = join(this.#into, entry.path);
    await making(at, () => this.#add(at, entry, content));
  }

  async #add(at: string, entry: LayerEntry, content: Content): Promise<void> {
    const existing = fs.lstatSync(at, { throwIfNoEntry: false });
    if (existing && existing.isDirectory() !== (entry.type === 'directory')) throw unlike(at, entry.type);
    if (entry.type === 'directory') {
      if (!existing) fs.mkdirSync(at, { mode: 0o700, recursive: true });
      own(at, entry);
      this.#mtimes.set(at, entry.mtime);
      return;
    }
    fs.mkdirSync(dirname(at), { recursive: true });
    if (existing) fs.unlinkSync(at);
    if (entry.type === 'link') fs.linkSync(join(this.#into, entry.target), at);
    else await writeEntry(at, entry, content);
  }

  finish(): void {
    for (const [at, mtime] of this.#mtimes) setTimes(at, mtime);
  }
}

function unlike(at: string, type: LayerEntry['type']): Error {
  const [is, becomes] =
    type === 'directory' ? ['non-directory', 'directory'] : ['directory', 'non-directory'];
  return cannotCopy(
    `cannot overwrite ${is} ${JSON.stringify(at)} with ${becomes}`,
    'docker does not do it either, so that nothing is lost by mistake',
    'remove it first, or copy to another name',
  );
}
