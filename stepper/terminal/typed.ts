/** From this process's standard input to a container's. */
import { DetachKeys } from './detach-keys.ts';

/** The container's side: core/supervisor/input.ts, or a connection to it. */
export interface InputTarget {
  /** @returns when more may come; undefined: at once */
  write(chunk: Buffer): Promise<void> | undefined;
  /** There is no more. */
  writerEnded(): void;
}

export interface TypedOptions {
  /** What was read from standard input before. */
  ahead?: Buffer;
  /** Absent: no keys have a meaning. */
  detach?: { keys: Buffer; detached(): void } | undefined;
}

/** @returns what ends it and leaves the rest of standard input unread */
export function passTyped(target: InputTarget, { ahead, detach }: TypedOptions): () => void {
  const { stdin } = process;
  const keys = detach && new DetachKeys(detach.keys);
  let stopped = false;
  const take = (chunk: Buffer) => {
    const { pass, detached } = keys?.push(chunk) ?? { pass: chunk, detached: false };
    const wait = pass.length > 0 ? target.write(pass) : undefined;
    if (detached) {
      stop();
      detach?.detached();
    } else if (wait) {
      stdin.pause();
      void wait.then(() => !stopped && stdin.resume());
    }
  };
  const end = () => {
    const held = keys?.end();
    if (held && held.length > 0) target.write(held);
    target.writerEnded();
  };
  const stop = () => {
    stopped = true;
    stdin.off('data', take).off('end', end).pause();
  };
  stdin.on('error', () => undefined);
  if (ahead && ahead.length > 0) take(ahead);
  if (stopped) return stop;
  if (stdin.readableEnded) end();
  // Whoever read it before may have paused it, and a listener alone does not end that.
  else stdin.on('end', end).on('data', take).resume();
  return stop;
}
