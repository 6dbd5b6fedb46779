import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The topmost directory of an absolute path that does not exist; null: all of it does. */
export function missingPart(path: string): string | null {
  if (existsSync(path) || dirname(path) === path) return null;
  return missingPart(dirname(path)) ?? path;
}
