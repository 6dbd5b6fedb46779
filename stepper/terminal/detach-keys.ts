/** The keys that leave a container alone: docker's --detach-keys. `run`, `start`, `attach` and `exec` share them. */
import { usageError } from '../../core/spec/usage.ts';

/** Where neither the flag nor anything else names others. */
export const DEFAULT_KEYS = 'ctrl-p,ctrl-q';

/** ASCII 27 to 31; 1 to 26 are the letters. */
const others = ['[', '\\', ']', '^', '_'];

/** @param text `ctrl-p,ctrl-q`, `a,b,c`, `ctrl-@`, `DEL` @throws TsstepError usage */
export function parseDetachKeys(text: string): Buffer {
  return Buffer.from((text === '' ? DEFAULT_KEYS : text).split(',').map((key) => codeOf(key, text)));
}

function codeOf(key: string, text: string): number {
  const byte = Buffer.from(key);
  if (byte.length === 1) return byte[0] as number;
  if (key === 'DEL') return 127;
  const [, control = ''] = /^ctrl-(.)$/.exec(key) ?? [];
  if (control === '@') return 0;
  if (/^[a-z]$/.test(control)) return control.charCodeAt(0) - 96;
  if (others.includes(control)) return 27 + others.indexOf(control);
  throw usageError(
    '--detach-keys',
    text,
    `"${key}" is no key: keys are single characters, ctrl- with a to z or one of @ [ \\ ] ^ _, and DEL`,
    `like --detach-keys ${DEFAULT_KEYS}`,
  );
}

/** Looks for the keys in what is typed, however it comes in pieces. */
export class DetachKeys {
  readonly #keys: Buffer;
  /** How many of the keys have just been typed: they are held back, as they may become all of them. */
  #matched = 0;

  constructor(keys: Buffer) {
    this.#keys = keys;
  }

  /** @returns what the container gets of it, and whether the keys were complete; what was typed behind them is nobody's */
  push(typed: Buffer): { pass: Buffer; detached: boolean } {
    const held = this.#matched;
    const all = Buffer.concat([this.#keys.subarray(0, held), typed]);
    const found = all.indexOf(this.#keys);
    if (found >= 0) return { pass: all.subarray(0, found), detached: true };
    this.#matched = beginningAtEnd(all, this.#keys);
    return { pass: all.subarray(0, all.length - this.#matched), detached: false };
  }

  /** Nothing follows any more: what was held back was meant for the container. */
  end(): Buffer {
    const held = this.#keys.subarray(0, this.#matched);
    this.#matched = 0;
    return held;
  }
}

/** The longest beginning of `keys`, not all of it, that `all` ends with. */
function beginningAtEnd(all: Buffer, keys: Buffer): number {
  for (let length = Math.min(keys.length - 1, all.length); length > 0; length--)
    if (all.subarray(all.length - length).equals(keys.subarray(0, length))) return length;
  return 0;
}
