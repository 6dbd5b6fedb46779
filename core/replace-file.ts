/** Files that are read while they are written. With node:fs alone, as the supervisor uses it. */
import { renameSync, writeFileSync } from 'node:fs';

export interface Replacing {
  /** On the disk before it gets its name: a reader sees the old text or the new one even after a power cut. */
  sync?: boolean;
  /** Its name until it is whole; for who writes one after the other, and looks at the directory. */
  partial?: string;
  mode?: number;
}

/** In one step: a reader sees the old text or the new one, whole. @throws the system's error */
export function replaceFile(
  path: string,
  text: string,
  { sync = false, partial = `${path}.${process.pid}`, mode = 0o600 }: Replacing = {},
): void {
  writeFileSync(partial, text, { mode, flush: sync });
  renameSync(partial, path);
}
