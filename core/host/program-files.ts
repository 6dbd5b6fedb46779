/** Where tsstep itself is: its bundles, which run as programs of their own. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TsstepError } from '../errors.ts';

/** `dist/init.cjs`, `bin/main.cjs`: seen from the bundle in dist/, or from the sources. @throws TsstepError internal */
export function ownFile(relative: string): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const candidate = join(at, relative);
    if (existsSync(candidate)) return candidate;
    if (at === dirname(at)) break;
  }
  throw new TsstepError({
    code: 'internal',
    what: `${relative} is missing`,
    why: 'tsstep has not been built',
    remedy: 'npm run build',
  });
}

/** The words that start tsstep as this one was started; `--`: Node takes some of its options even behind the program. */
export const ownCommand = (): string[] => [process.execPath, '--', ownFile('bin/main.cjs')];
