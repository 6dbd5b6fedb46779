/** What layers show together: overlayfs's rules of lookup, on directories that nobody changes (overlayfs.rst, "directories"). */
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOpaque, isWhiteout } from './overlay-marks.ts';

/** A file of the layers as a container would see it before its first change. */
export interface LowerFile {
  stat: BigIntStats;
  /** Where the topmost layer has it. */
  path: string;
  /** The directories that are merged into one here, topmost first; none of a file. */
  directories: readonly string[];
}

/** The entry `name` of merged directories, topmost first. Undefined: there is none, or a layer hides it. */
export function lookupLower(directories: readonly string[], name: string): LowerFile | undefined {
  let found: (LowerFile & { directories: string[] }) | undefined;
  for (const directory of directories) {
    const path = join(directory, name);
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stat) continue;
    if (isWhiteout(path, stat)) break;
    if (!stat.isDirectory()) return found ?? { stat, path, directories: [] };
    found ??= { stat, path, directories: [] };
    found.directories.push(path);
    if (isOpaque(path)) break;
  }
  return found;
}

/** Names in merged directories, hidden ones left out; sorted. */
export function lowerNames(directories: readonly string[]): string[] {
  const names = new Set(directories.flatMap((directory) => readdirSync(directory)));
  return [...names].filter((name) => lookupLower(directories, name) !== undefined).sort();
}
