import type { Event, EventBody } from '../../tracer/events.ts';

export type Listener = (event: Event) => void;

interface Listening {
  listener: Listener;
  /** What to do without it; absent: nothing goes on without it. */
  lost: ((error: unknown) => void) | undefined;
}

const epoch = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** Nanoseconds since the epoch, monotonic: two events in a row never run backwards when the clock is set. */
export function now(): bigint {
  return epoch + process.hrtime.bigint();
}

/** Numbers the events and hands each to every listener, in order, before the next step is taken. */
export class EventStream {
  #listeners: Listening[] = [];
  #seq = 0;

  /**
   * A listener that fails (a full disk, a reader that went away) is told off once and dropped when it has a `lost`; without
   * one its error stops the run, because it is the crash journal.
   */
  listen(listener: Listener, lost?: (error: unknown) => void): void {
    this.#listeners.push({ listener, lost });
  }

  emit(body: EventBody): void {
    const event: Event = { seq: this.#seq++, time: String(now()), ...body };
    for (const listening of this.#listeners) {
      try {
        listening.listener(event);
      } catch (error) {
        if (!listening.lost) throw error;
        this.#listeners = this.#listeners.filter((other) => other !== listening);
        listening.lost(error);
      }
    }
  }
}
