/** What a container has of a network: `<run>/<kind>/<network>/<container ID>`, as JSON. Whoever calls this holds `<run>/lock`. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tolerating } from '../kernel/errno.ts';
import { replaceFile } from '../replace-file.ts';

/** A tsstep that is killed leaves this, never half of one. */
const partialOf = (holder: string): string => `.${holder}`;

/** Containers in a network's directory, or networks in the one above it. */
export const holdersIn = (directory: string): string[] =>
  (tolerating(['ENOENT', 'ENOTDIR'], () => readdirSync(directory)) ?? []).filter(
    (name) => !name.startsWith('.'),
  );

/** Undefined: it has nothing there. */
export function readHeld<T>(directory: string, holder: string): T | undefined {
  const text = tolerating(['ENOENT'], () => readFileSync(join(directory, holder), 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

export function writeHeld(directory: string, holder: string, held: object): void {
  mkdirSync(directory, { recursive: true });
  const partial = join(directory, partialOf(holder));
  replaceFile(join(directory, holder), `${JSON.stringify(held)}\n`, { partial, mode: 0o644 });
}

/** Having nothing there is fine. */
export function removeHeld(directory: string, holder: string): void {
  for (const name of [holder, partialOf(holder)]) rmSync(join(directory, name), { force: true });
}

export function removeEmpty(directory: string): void {
  for (const empty of [directory, dirname(directory)])
    tolerating(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(empty));
}
