/** `--user name|uid[:group|gid]` and `--group-add`, before the image's passwd and group have been seen. */
import { usageError } from './usage.ts';

/** Linux has more ids than these, docker and runc stop where a signed number of 32 bits does. */
export const largestId = 2 ** 31 - 1;

/** The number that a user or group is written as, docker's rule: whatever looks like a number is one. */
export function parseId(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether it is in range: a name always is. */
export function idInRange(text: string): boolean {
  const id = parseId(text);
  return id === undefined || (id >= 0 && id <= largestId);
}

export function parseUserString(text: string): string {
  const remedy = 'write it like --user 1000:1000 or --user nobody';
  const parts = text.split(':');
  if (parts.length > 2) throw usageError('--user', text, 'there are a user and a group, no more', remedy);
  for (const part of parts) checkId('--user', text, part, remedy);
  return text;
}

export function parseGroupAdd(texts: readonly string[]): string[] {
  for (const text of texts) {
    const remedy = 'write it like --group-add audio or --group-add 29';
    if (text === '' || text.includes(':'))
      throw usageError('--group-add', text, 'it is neither a group’s name nor its number', remedy);
    checkId('--group-add', text, text, remedy);
  }
  return [...texts];
}

function checkId(flag: string, text: string, part: string, remedy: string): void {
  if (!idInRange(part)) throw usageError(flag, text, `uids and gids must be in range 0-${largestId}`, remedy);
}
