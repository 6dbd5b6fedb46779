/**
 * What a container has changed: its upperdir compared with the layers below, by docker's rules (moby, pkg/archive, changes.go).
 * What is in the upperdir need not have changed: overlayfs copies a file when it is opened for writing, and a directory when
 * something in it changes.
 */
import type { BigIntStats } from 'node:fs';
import { OpenDirectory } from '../../kernel/open-directory.ts';
import { getXattr } from '../../kernel/xattr.ts';
import { type LowerFile, lookupLower, lowerNames } from './lower.ts';
import { isMountPoint } from './mount-points.ts';
import { isOpaque, isWhiteout } from './overlay-marks.ts';

/** `A`dded, `C`hanged or `D`eleted, as docker diff writes it; `path` is the container's. */
export interface Change {
  kind: 'A' | 'C' | 'D';
  path: string;
}

/**
 * A directory comes before what is in it, and names are in order.
 * @param upper the upperdir; the container may be writing to it
 * @param layers directories of the image's layers, topmost first
 */
export function upperChanges(upper: string, layers: readonly string[]): Change[] {
  const directory = OpenDirectory.open(upper);
  try {
    return changesIn(directory, '', layers, isOpaque(upper));
  } finally {
    directory.close();
  }
}

function changesIn(
  directory: OpenDirectory,
  path: string,
  lower: readonly string[],
  opaque: boolean,
): Change[] {
  const names = directory.names();
  const changes = names.map((name) => ({
    name,
    below: changesOf(directory, name, `${path}/${name}`, lookupLower(lower, name), opaque),
  }));
  const known = new Set(names);
  const hidden = opaque ? lowerNames(lower).filter((name) => !known.has(name)) : [];
  const deleted = hidden.map((name) => ({
    name,
    below: [{ kind: 'D' as const, path: `${path}/${name}` }],
  }));
  return [...changes, ...deleted].sort(byName).flatMap(({ below }) => below);
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function changesOf(
  parent: OpenDirectory,
  name: string,
  path: string,
  before: LowerFile | undefined,
  opaque: boolean,
): Change[] {
  const stat = parent.stat(name);
  // A running container has removed it meanwhile.
  if (!stat) return [];
  const at = parent.at(name);
  if (isWhiteout(at, stat)) return before ? [{ kind: 'D', path }] : [];
  const kind = kindOf(at, stat, path, before);
  const below = stat.isDirectory() ? changesBelow(parent, name, path, before, opaque) : [];
  if (kind) return [{ kind, path }, ...below];
  // As docker: a directory is listed where something in it has changed, even if it has not itself.
  return below.length > 0 ? [{ kind: 'C', path }, ...below] : [];
}

function kindOf(
  at: string,
  stat: BigIntStats,
  path: string,
  before: LowerFile | undefined,
): 'A' | 'C' | undefined {
  if (!before) return isMountPoint(path, stat) ? undefined : 'A';
  if (differs(stat, before.stat)) return 'C';
  return stat.isFile() && !sameCapability(at, before.path) ? 'C' : undefined;
}

function changesBelow(
  parent: OpenDirectory,
  name: string,
  path: string,
  before: LowerFile | undefined,
  opaque: boolean,
): Change[] {
  const directory = parent.child(name);
  try {
    // What an opaque directory hides stays hidden all the way down, without another mark.
    return changesIn(directory, path, before?.directories ?? [], opaque || isOpaque(parent.at(name)));
  } finally {
    directory.close();
  }
}

/** Size and time of a directory say nothing about it: they change with what is in it, and with where it is stored. */
function differs(now: BigIntStats, before: BigIntStats): boolean {
  if (now.mode !== before.mode || now.uid !== before.uid || now.gid !== before.gid) return true;
  if (now.rdev !== before.rdev) return true;
  return !now.isDirectory() && (now.size !== before.size || !sameTime(now.mtimeNs, before.mtimeNs));
}

const second = 1_000_000_000n;

/** A tar without fractions of seconds has made one of them. */
function sameTime(a: bigint, b: bigint): boolean {
  if (a / second !== b / second) return false;
  return a === b || a % second === 0n || b % second === 0n;
}

function sameCapability(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => getXattr(path, 'security.capability') ?? Buffer.alloc(0));
  return one !== undefined && other !== undefined && one.equals(other);
}
