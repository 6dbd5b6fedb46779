/** `--label` and `--label-file`. */
import { readPairs } from './env-file.ts';
import type { RunFlags } from './flags.ts';
import { usageError } from './usage.ts';

/** Files first, so that a flag wins; a label without a value is empty. */
export function parseLabels(flags: RunFlags): Readonly<Record<string, string>> {
  const pairs = (flags.labelFile ?? []).flatMap((path) => readPairs('--label-file', path, () => ''));
  for (const text of flags.label ?? []) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const remedy = 'write --label name=value';
    if (name.trim() === '') throw usageError('--label', text, 'a label needs a name', remedy);
    if (/[ \t]/.test(name.trimStart()))
      throw usageError('--label', text, 'a name contains no white space', remedy);
    pairs.push([name, equals < 0 ? '' : text.slice(equals + 1)]);
  }
  return Object.fromEntries(pairs);
}
