import type { Listener } from './session/event-stream.ts';
import type { Session } from './session/session.ts';
import type { Pace, PauseReason, Stepping } from './stepping.ts';

/** What the person decided at a pause. */
export type Decision = { go: Pace } | { quit: 'keep' | 'roll-back' };

/** What a front end may use at a pause: it reads the session and changes nothing but the breakpoints. */
export interface Pause {
  session: Session;
  stepping: Stepping;
  reason: PauseReason;
}

/** One way of showing a run and asking what to do: the plain prompt, the JSON lines; later a TUI, an editor. */
export interface FrontEnd {
  /** Shows events as they happen. */
  readonly listener: Listener;
  /** Whether somebody looks on: then the kernel is observed after every operation. */
  readonly observes: boolean;
  /** Undefined: this front end never asks. */
  readonly ask: ((pause: Pause) => Promise<Decision>) | undefined;
  /** Whether an `ask` is under way. */
  readonly asking: boolean;
  /** Whether Ctrl-C is meant for somebody else: a shell that has the terminal meanwhile. */
  readonly deaf: boolean;
  /** Ends an `ask` under way, as if roll back had been chosen. */
  interrupt(): void;
  /** The container runs: gives standard input back; what was read ahead of it and belongs to the container. */
  release(): Buffer | Promise<Buffer>;
}
