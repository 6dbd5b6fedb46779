/**
 * How the supervisor and init talk, over two pipes, a JSON line each:
 *
 *     supervisor                         init (PID 1)
 *         │  ◄─────────── { ready: pid } ────│   at its start; pid as the host counts
 *         │ ──────────── Operation ────────► │   one at a time
 *         │  ◄────────────── Reply ──────────│
 *         │ ──────────── execve ───────────► │   success closes the pipes, because they are close-on-exec;
 *         │  ◄──── end of file, or a Reply ──│   a Reply means that the kernel refused
 *
 * Init opens its ends itself, by the paths /proc/SUPERVISOR/fd/N in its arguments. Inherited ones would be held by
 * unshare(1) as well, which stays between the two until the container ends, and the end of file would come only then.
 *
 * Init ends when the supervisor's end closes: whoever kills tsstep kills a container that is not running yet with it.
 */
import type { Failure, Json } from '../operation.ts';

export type Ready = { ready: number };

/** Init says what the kernel said; the supervisor explains it (core/explain). */
export type Reply =
  | { ok: true; value: Json }
  | { ok: false; failure: Failure }
  | { ok: false; call: string; errno: string };

/** Sent instead of an operation: stay, without a supervisor, so that the namespaces can be looked at. */
export type Hold = { hold: true };
