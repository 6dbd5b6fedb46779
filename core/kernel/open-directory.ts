/**
 * Reading a tree that somebody else may be changing: every name is looked up in a directory that is held open, and no symlink
 * is followed, so that swapping a directory for a symlink in between can lead nowhere (openat(2), "Rationale").
 */
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { TsstepError } from '../errors.ts';
import { openFile } from './open-file.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const pieceSize = 256 * 1024;

export class OpenDirectory {
  readonly #fd: number;

  private constructor(path: string) {
    this.#fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }

  /** The caller closes it. @throws ENOTDIR, ELOOP: it is a symlink */
  static open(path: string): OpenDirectory {
    return new OpenDirectory(path);
  }

  /** Its entry `name` as a path; what it leads to depends on no directory above. */
  at(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  /** Names, sorted byte by byte as they would be in UTF-8. */
  names(): string[] {
    const names = readdirSync(`/proc/self/fd/${this.#fd}`);
    return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** Undefined: it is gone. */
  stat(name: string): BigIntStats | undefined {
    return lstatSync(this.at(name), { bigint: true, throwIfNoEntry: false });
  }

  child(name: string): OpenDirectory {
    return new OpenDirectory(this.at(name));
  }

  content(name: string, size: number): Generator<Uint8Array> {
    return fileContent(this.at(name), size);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * The first `size` bytes of a file in pieces; one that is shorter by now ends with zeros, as in any tar.
 * @throws TsstepError container-state when something else has taken its place
 */
export function* fileContent(path: string, size: number): Generator<Uint8Array> {
  const fd = openFile(path);
  if (fd === undefined) throw replaced(path);
  try {
    for (let left = size; left > 0; ) {
      const piece = Buffer.alloc(Math.min(left, pieceSize));
      const read = readSync(fd, piece);
      const length = read === 0 ? piece.length : read;
      yield piece.subarray(0, length);
      left -= length;
    }
  } finally {
    closeSync(fd);
  }
}

function replaced(path: string): TsstepError {
  return new TsstepError({
    code: 'container-state',
    what: `${basename(path)} is no file any more`,
    why: 'something else took its place between finding it and reading it',
    remedy: 'try again when nobody changes it',
  });
}
