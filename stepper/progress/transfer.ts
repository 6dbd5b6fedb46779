/** How far a download or an unpacking has come, and how fast. Pure: times come with the events. */

export interface Transfer {
  done: number;
  total: number;
  /** Bytes a second since it began. */
  speed: number;
  /** Seconds left at that speed; undefined: too early to tell. */
  left?: number;
}

/** Adds up what `progress` events say about each name. */
export class Transfers {
  readonly #began = new Map<string, { time: bigint; done: number }>();

  /** @param time nanoseconds, as in an event */
  update(name: string, time: bigint, done: number, total: number): Transfer {
    const began = this.#began.get(name) ?? { time, done };
    this.#began.set(name, began);
    const seconds = Number(time - began.time) / 1e9;
    // What an earlier run had left was not transferred now.
    const speed = seconds > 0 ? (done - began.done) / seconds : 0;
    return { done, total, speed, ...(speed > 0 && { left: (total - done) / speed }) };
  }
}

/** `[=====>    ]` in `width` columns, as docker draws it. */
export function bar({ done, total }: Pick<Transfer, 'done' | 'total'>, width: number): string {
  const inner = Math.max(width - 2, 1);
  const full = Math.floor((total === 0 ? 1 : Math.min(done / total, 1)) * inner);
  const head = full < inner ? '>' : '';
  return `[${'='.repeat(full)}${head}`
    .padEnd(inner + 1)
    .slice(0, inner + 1)
    .concat(']');
}

/** `3s`, `2m05s` */
export function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
}
