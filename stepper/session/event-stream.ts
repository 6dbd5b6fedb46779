import { steady } from '../../core/clock.ts';
import type { Event, EventBody } from '../../tracer/events.ts';

export type Listener = (event: Event) => void;

interface Listening {
  listener: Listener;
  /** What to do without it; absent: nothing goes on without it. */
  lost: ((error: unknown) => void) | undefined;
}

/** Two events in a row never run backwards, and what lies between them is a duration, even when the clock is set meanwhile. */
export const now = steady;

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
