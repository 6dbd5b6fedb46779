/**
 * How the supervisor and init talk, over one socket (init's descriptor 3), a JSON line each:
 *
 *     supervisor                         init (PID 1)
 *         │  ◄─────────── { ready: pid } ────│   at its start; pid as the host counts
 *         │ ──────────── Operation ────────► │   one at a time
 *         │  ◄────────────── Reply ──────────│
 *         │ ──────────── execve ───────────► │   success closes the socket, because it is close-on-exec;
 *         │  ◄──── end of file, or a Reply ──│   a Reply means that the kernel refused
 *
 * Init ends when the supervisor's end closes: whoever kills tsstep kills a container that is not running yet with it.
 */
import type { Failure, Json } from '../operation.ts';

export const CONTROL_FD = 3;

export type Ready = { ready: number };

/** Init says what the kernel said; the supervisor explains it (core/explain). */
export type Reply =
  | { ok: true; value: Json }
  | { ok: false; failure: Failure }
  | { ok: false; call: string; errno: string };

/** Sent instead of an operation: stay, without a supervisor, so that the namespaces can be looked at. */
export type Hold = { hold: true };
