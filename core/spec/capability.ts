import type { Capability } from '../operation.ts';
import { capabilityNames, capabilityNumber } from './capabilities.ts';
import { usageError } from './usage.ts';

/** Names as the kernel's header has them, without CAP_, in capitals; `ALL` stays. */
export function parseCapabilities(flag: '--cap-add' | '--cap-drop', texts: readonly string[]): Capability[] {
  return texts.map((text) => {
    const upper = text.toUpperCase();
    if (upper === 'ALL') return 'ALL';
    const name = upper.replace(/^CAP_/, '');
    if (capabilityNumber(name) < 0) {
      throw usageError(flag, text, `unknown capability CAP_${name}`, remedy(flag, name));
    }
    return name;
  });
}

function remedy(flag: string, name: string): string {
  const named = name.split(/[, ]+/);
  if (named.length > 1) return `repeat the flag: ${named.map((one) => `${flag} ${one}`).join(' ')}`;
  const near =
    name.length < 4
      ? undefined
      : capabilityNames.find((known) => known.includes(name) || name.includes(known));
  return `${near ? `did you mean ${near}? ` : ''}capabilities(7) lists them, ALL is every one: ${flag} ${near ?? 'NET_ADMIN'}`;
}
