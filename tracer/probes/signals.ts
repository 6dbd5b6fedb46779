import { constants } from 'node:os';

// Old names for the same numbers.
const aliases = new Set(['SIGIOT', 'SIGPOLL', 'SIGUNUSED', 'SIGCLD']);
const byNumber = new Map(
  Object.entries(constants.signals)
    .filter(([name]) => !aliases.has(name))
    .map(([name, number]) => [number as number, name.slice(3)]),
);

/** A signal mask of /proc/PID/status, where bit 0 is signal 1, as names: `PIPE,XFSZ`. */
export function signalNames(hex: string): string {
  const bits = BigInt(`0x${hex}`);
  const set = [...Array(64).keys()].filter((bit) => (bits >> BigInt(bit)) & 1n);
  return set.map((bit) => byNumber.get(bit + 1) ?? `RT${bit + 1}`).join(',');
}
