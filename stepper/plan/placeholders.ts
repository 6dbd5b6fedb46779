/**
 * Numbers that only a run finds out, and whose place in a plan is taken by a number that no machine can give: a pid is below
 * 2^22 (proc(5), pid_max), so what is above it can be found again in a path, a word or a record, and shown as a name.
 */
const NO_PID = 2 ** 22;

export const placeholders = {
  INIT: NO_PID + 1,
  PEER_NET: NO_PID + 2,
  PEER_PID: NO_PID + 3,
  PEER_IPC: NO_PID + 4,
  USER_ID: NO_PID + 5,
  GROUP_ID: NO_PID + 6,
  PEER_CONTAINER: NO_PID + 7,
} as const;

export type Placeholder = keyof typeof placeholders;

const byNumber = new Map<string, Placeholder>(
  Object.entries(placeholders).map(([name, number]) => [String(number), name as Placeholder]),
);
const anyOf = new RegExp([...byNumber.keys()].join('|'), 'g');

/** `/proc/$INIT/ns/net` for a path with init's placeholder in it. */
export function nameInText(text: string): string {
  return text.replace(anyOf, (number) => `$${byNumber.get(number)}`);
}

/** The same in a whole record, where a lone number becomes a string: `"$INIT"`. */
export function nameInRecord(value: unknown): unknown {
  if (typeof value === 'string') return nameInText(value);
  if (typeof value === 'number') return byNumber.has(String(value)) ? nameInText(String(value)) : value;
  if (Array.isArray(value)) return value.map(nameInRecord);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, nameInRecord(one)]));
}
