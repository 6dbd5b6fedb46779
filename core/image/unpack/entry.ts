import type { TsstepError } from '../../errors.ts';
import { badImage } from '../broken.ts';
import { xattrsOf } from '../tar/pax.ts';
import type { Sparse } from '../tar/sparse.ts';
import type { EntryType, TarHeader } from '../tar/tar-header.ts';

/** A tar header that has been checked: nothing in it can name a file outside of the layer. */
export interface LayerEntry {
  type: EntryType;
  /** Relative to the layer's root, without `.`, `..` and empty components; '' is the root itself. */
  path: string;
  /** A symlink's text as it is, or a hard link's target, checked like `path`. */
  target: string;
  /** Permissions with setuid, setgid and sticky bit. */
  mode: number;
  uid: number;
  gid: number;
  /** Nanoseconds since 1970, negative before. */
  mtime: bigint;
  /** Bytes of a file's content, as far as the tar has them. */
  size: number;
  /** Where in the file they belong; undefined: one after the other. */
  sparse: Sparse | undefined;
  /** Of a device. */
  major: number;
  minor: number;
  xattrs: readonly (readonly [name: string, value: Buffer])[];
}

const largestId = 2 ** 32 - 2;

/** @throws `bad-image` for what no layer may have: see docs/errors.md. */
export function checkEntry(header: TarHeader): LayerEntry {
  const { pax, linkname: target } = header;
  const type = entryType(header);
  const path = safePath(header.name, header.name);
  if ((type === 'symlink' || type === 'link') && target === '')
    throw unsafeEntry(header.name, `it is a ${type} without a target`);
  if (target.includes('\0')) throw unsafeEntry(header.name, 'its target contains a NUL byte');
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
    mode: header.mode & 0o7777,
    uid: id(pax['uid'] ?? header.uid, header.name, 'owner'),
    gid: id(pax['gid'] ?? header.gid, header.name, 'group'),
    mtime:
      pax['mtime'] === undefined ? BigInt(header.mtime) * second : nanoseconds(pax['mtime'], header.name),
    size: header.size,
    sparse: header.sparse,
    major: header.devmajor,
    minor: header.devminor,
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

function entryType({ name, type, devmajor, devminor }: TarHeader): EntryType {
  if (typeof type === 'object')
    throw unsafeEntry(
      name,
      `its type (${JSON.stringify(type.unknown)}) is not one that a layer may have`,
      'make the tar in ustar or pax format',
    );
  // docker unpacks it, and the kernel then hides a file of another layer, which the image's author did not say.
  if (type === 'character-device' && devmajor === 0 && devminor === 0)
    throw unsafeEntry(
      name,
      'it is the character device 0:0, overlayfs’s own sign for a file that is removed',
      'make the tar of the mounted file system and not of an upperdir: in a layer, the entry `.wh.NAME` removes NAME',
    );
  return type;
}

/** The layer's root is where a path begins, with a slash or without (decision 18). */
export function safePath(text: string, name: string, subject = 'its path'): string {
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

function id(value: string | number, name: string, subject: string): number {
  const number = Number(value);
  if (value !== '' && Number.isInteger(number) && number >= 0 && number <= largestId) return number;
  throw unsafeEntry(name, `its ${subject} ${JSON.stringify(value)} is not a user or group number`);
}

const second = 1_000_000_000n;

/** `-1.5` is half a second before one before 1970; what is finer than a nanosecond is left out. */
function nanoseconds(text: string, name: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text) ?? [];
  if (whole === undefined)
    throw unsafeEntry(name, `its time ${JSON.stringify(text)} is no number of seconds`);
  const value = BigInt(whole) * second + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -value : value;
}
