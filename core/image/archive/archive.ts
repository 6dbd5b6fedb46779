/** Files of an archive that is being loaded: by name, each with the digest of its bytes. */
import { createReadStream, lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { badImage } from '../broken.ts';
import { DigestMeter } from '../digest.ts';
import { type Blob, checkBlob, largestJson, writeMeasured } from '../store/blobs.ts';
import { tarEntries } from '../tar/tar.ts';

export interface Archive {
  /** Undefined: there is no such file. @throws `bad-image` for a name that leads out of the archive. */
  find(name: string): ArchiveFile | undefined | Promise<ArchiveFile | undefined>;
}

export interface ArchiveFile extends Blob {
  path: string;
  /** It may be moved into the store instead of copied. */
  ours: boolean;
}

/** A small file as bytes. @throws `bad-image` when it is missing or not small. */
export async function readArchived(archive: Archive, name: string, digest?: string): Promise<Buffer> {
  const file = await archive.find(name);
  if (!file) throw badImage(`the archive has no file ${name}`, 'it is incomplete, or no image archive');
  if (file.size > largestJson)
    throw badImage(`the file ${name} of the archive`, `${file.size} bytes are too many for JSON`);
  const bytes = await readFile(file.path);
  if (digest !== undefined) checkBlob(digest, file.size, file);
  return bytes;
}

/**
 * Spool a tar to files that are named by number: whatever its entries are called, nothing is written anywhere else.
 * @param folder a new directory that the caller removes
 */
export async function spoolArchive(
  tar: AsyncIterable<Uint8Array>,
  folder: string,
  what: string,
): Promise<Archive> {
  const files = new Map<string, ArchiveFile>();
  const links = new Map<string, { to: string; from: string }>();
  let count = 0;
  for await (const { header, content } of tarEntries(tar, what)) {
    const name = inside(header.name, '', what);
    links.delete(name);
    if (header.type === 'file') {
      if (header.sparse)
        throw badImage(
          what,
          `its file ${name} is stored as a sparse file`,
          'make the archive without --sparse',
        );
      const path = join(folder, String(count++));
      files.set(name, { ...(await writeMeasured(path, content)), path, ours: true });
    } else if (header.type === 'symlink' || header.type === 'link') {
      // `docker save` once stored a layer that two images share as a symlink to the other's layer.tar.
      files.delete(name);
      links.set(name, {
        to: header.linkname,
        from: header.type === 'symlink' ? posix.dirname(name) : '',
      });
    }
  }
  return {
    find: (wanted) => {
      let name = inside(wanted, '', what);
      // Followed only here: a root filesystem is full of links that lead out, and is to be told from an archive.
      for (let link = links.get(name), hops = 0; link && hops < 8; link = links.get(name), hops++)
        name = inside(link.to, link.from, what);
      return files.get(name);
    },
  };
}

/** A directory that holds an OCI layout; symlinks in it are not followed. */
export function directoryArchive(directory: string): Archive {
  const found = new Map<string, ArchiveFile>();
  return {
    find: async (wanted) => {
      const path = join(directory, inside(wanted, '', directory));
      const known = found.get(path);
      if (known) return known;
      if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
      const meter = new DigestMeter();
      for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) meter.update(chunk);
      const file = { path, ours: false, size: meter.size, digest: meter.digest() };
      found.set(path, file);
      return file;
    },
  };
}

function inside(name: string, from: string, what: string): string {
  const path = posix.normalize(posix.join(from, name));
  if (name.startsWith('/') || path === '..' || path.startsWith('../') || path.includes('\0')) {
    throw badImage(
      what,
      `its entry ${JSON.stringify(name)} leads out of the archive`,
      'do not load this file: `docker save`, `skopeo` and `podman save` never write such an entry',
    );
  }
  return path.replace(/^\.\//, '').replace(/\/$/, '');
}
