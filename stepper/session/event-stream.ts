import type { Event, EventBody } from '../../tracer/events.ts';

export type Listener = (event: Event) => void;

const epoch = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** Nanoseconds since the epoch, monotonic: two events in a row never run backwards when the clock is set. */
export function now(): bigint {
  return epoch + process.hrtime.bigint();
}

/** Numbers the events and hands each to every listener, in order, before the next step is taken. */
export class EventStream {
  readonly #listeners: Listener[] = [];
  #seq = 0;

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  emit(body: EventBody): void {
    const event: Event = { seq: this.#seq++, time: String(now()), ...body };
    for (const listener of this.#listeners) listener(event);
  }
}
