import { cleanPath } from './target.ts';
import { usageError } from './usage.ts';

/** @throws TsstepError usage */
export function parseWorkdir(text: string): string {
  if (text.startsWith('/')) return cleanPath(text);
  throw usageError(
    '--workdir',
    text,
    'it needs to be an absolute path in the container',
    'write it like --workdir /app',
  );
}
