import type { TsstepError } from '../errors.ts';
import { badImage } from './broken.ts';
import { type TarHeader, xattrsOf } from './tar.ts';

/** A tar header that has been checked: nothing in it can name a file outside of the layer. */
export interface LayerEntry {
  type: 'file' | 'directory' | 'symlink' | 'link' | 'fifo';
  /** Relative to the layer's root, without `.`, `..` and empty components; '' is the root itself. */
  path: string;
  /** A symlink's text as it is, or a hard link's target, checked like `path`. */
  target: string;
  /** Permissions with setuid, setgid and sticky bit. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970, with fraction. */
  mtime: number;
  /** Bytes of a file's content. */
  size: number;
  xattrs: readonly (readonly [name: string, value: Buffer])[];
}

const largestId = 2 ** 32 - 2;

/** @throws `bad-image` for what no layer may have: see docs/errors.md. */
export function checkEntry(header: TarHeader): LayerEntry {
  const pax = header.pax ?? {};
  const type = entryType(header);
  const path = safePath(header.name, header.name);
  const target = header.linkname ?? '';
  if ((type === 'symlink' || type === 'link') && target === '')
    throw unsafeEntry(header.name, `it is a ${type} without a target`);
  if (target.includes('\0')) throw unsafeEntry(header.name, 'its target contains a NUL byte');
  if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))) {
    throw unsafeEntry(header.name, 'it is stored as a GNU sparse file', 'make the tar without --sparse');
  }
  const xattrs = xattrsOf(pax);
  for (const [name] of xattrs) {
    // They steer overlayfs itself: trusted.overlay.redirect can show files of another directory.
    if (name.startsWith('trusted.overlay.'))
      throw unsafeEntry(header.name, `it sets ${name}, which belongs to overlayfs`);
    if (name.includes('\0'))
      throw unsafeEntry(header.name, 'the name of one of its extended attributes has a NUL byte');
  }
  if (path === '' && type !== 'directory')
    throw unsafeEntry(header.name, `the root of a layer is a directory, not a ${type}`);
  return {
    type,
    path,
    target: type === 'link' ? safePath(target, header.name, 'the hard link’s target') : target,
    mode: (header.mode ?? (type === 'directory' ? 0o755 : 0o644)) & 0o7777,
    uid: id(pax.uid ?? header.uid, header.name, 'owner'),
    gid: id(pax.gid ?? header.gid, header.name, 'group'),
    mtime: seconds(pax.mtime, header.mtime),
    size: header.size ?? 0,
    xattrs,
  };
}

/** A `bad-image` about one entry of a tar. */
export function unsafeEntry(name: string, why: string, remedy?: string): TsstepError {
  return badImage(
    `the entry ${JSON.stringify(name)} of a layer cannot be unpacked`,
    why,
    remedy ?? 'do not use this image: layers made by docker, podman or buildkit never have such an entry',
  );
}

function entryType({ name, type }: TarHeader): LayerEntry['type'] {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return 'file';
    case 'directory':
    case 'symlink':
    case 'link':
    case 'fifo':
      return type;
    case 'character-device':
    case 'block-device':
      throw unsafeEntry(
        name,
        `it is a ${type.replace('-', ' ')}: through it a container could reach the host’s hardware`,
        'leave it out of the tar (`tar --exclude=./dev/*`): tsstep makes the devices that a container needs in stage volumes',
      );
    default:
      throw unsafeEntry(
        name,
        `its type (${type ?? 'unknown'}) is not one that a layer may have`,
        'make the tar in ustar or pax format',
      );
  }
}

function safePath(text: string, name: string, subject = 'its path'): string {
  if (text.startsWith('/'))
    throw unsafeEntry(
      name,
      `${subject} ${JSON.stringify(text)} is absolute: it would name a file of the host`,
    );
  if (text.includes('\0')) throw unsafeEntry(name, `${subject} contains a NUL byte`);
  // Two names that are not UTF-8 can both become the same name with replacement characters.
  if (text.includes('\ufffd'))
    throw unsafeEntry(name, `${subject} is not UTF-8`, 'rename the file and make the image again');
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw unsafeEntry(
      name,
      `${subject} ${JSON.stringify(text)} has a ".." in it and could lead out of the layer`,
    );
  return parts.join('/');
}

function id(value: string | number | undefined, name: string, subject: string): number {
  const number = Number(value ?? 0);
  if (Number.isInteger(number) && number >= 0 && number <= largestId) return number;
  throw unsafeEntry(name, `its ${subject} ${JSON.stringify(value)} is not a user or group number`);
}

// Dates before 1970 or after 2106 mean a broken clock, not something that a file system could keep.
function seconds(pax: string | undefined, header: Date | undefined): number {
  const value = pax === undefined ? (header?.getTime() ?? 0) / 1000 : Number(pax);
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), 2 ** 32 - 1) : 0;
}
