import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import type * as packaged from 'koffi';

// What the native module lacks next to the package: its `default`, and two deprecated aliases of `type`.
export type Koffi = Omit<typeof packaged, 'default' | 'resolve' | 'introspect'>;

/**
 * The native half of koffi, without its JavaScript half. That one parses ELF headers, wraps every library in
 * deprecation shims and cannot be bundled; skipping it makes init start as fast as an empty Node program.
 */
export const koffi: Koffi = load();

function load(): Koffi {
  const folder = packageFolder();
  const failures: string[] = [];
  // A glibc binary does not load under musl, nor the other way round, so trying is the most reliable test.
  for (const libc of ['linux', 'musl']) {
    const native = { exports: {} };
    try {
      process.dlopen(
        native,
        join(folder, `${libc}_${process.arch}`, 'koffi.node'),
        constants.dlopen.RTLD_NOW,
      );
      return native.exports as Koffi;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `koffi, which makes the system calls, does not load on this machine:\n  ${failures.join('\n  ')}`,
  );
}

// From dist/ when bundled, from core/kernel/ under vitest; npm may also have hoisted the package to a folder above ours.
function packageFolder(): string {
  const name = `koffi-linux-${process.arch}`;
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const folder = join(at, 'node_modules/@koromix', name);
    if (existsSync(folder)) return folder;
    if (at === dirname(at)) break;
  }
  throw new Error(
    `@koromix/${name} is not installed above ${import.meta.dirname}, and tsstep makes its system calls through it. ` +
      'Run `npm ci --include=optional` in the tsstep folder (supported: Linux on x64 and arm64).',
  );
}
