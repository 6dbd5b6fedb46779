/** What happened to containers, networks and volumes: `tsstep events` reads it. */
import { appendFileSync } from 'node:fs';
import { lifecycleLog } from '../paths.ts';

/** Docker's event, in docker's words. */
export interface Lifecycle {
  type: 'container' | 'network' | 'volume' | 'image';
  /** create, start, attach, die, kill, stop, restart, pause, unpause, oom, rename, update, destroy, connect, mount … */
  action: string;
  /** ID of a container, name of a volume. */
  id: string;
  /** name, image, exitCode, signal …, labels among them. */
  attributes: Readonly<Record<string, string>>;
}

/** Appends one line: O_APPEND makes it whole. @throws never for want of a log: what happened has happened */
export function recordLifecycle(root: string, event: Lifecycle): void {
  const line = JSON.stringify({ time: String(BigInt(Date.now()) * 1_000_000n), ...event });
  try {
    appendFileSync(lifecycleLog(root), `${line}\n`, { mode: 0o600 });
  } catch {
    // A full disk must not keep a container from being stopped.
  }
}
