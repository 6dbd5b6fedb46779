import { constants } from 'node:os';
import { koffi } from './koffi.ts';

// Reversed, so that of two names for one number (EAGAIN and EWOULDBLOCK) the first, which man pages use, stays.
const names = new Map(
  Object.entries(constants.errno)
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** `ENOENT` for 2; errno(3). */
function errnoName(number: number): string {
  return names.get(number) ?? `E${number}`;
}

/** A system call that failed, as the kernel said it. What it means for the operation is explained in core/explain. */
export class SyscallError extends Error {
  override name = 'SyscallError';
  readonly call: string;
  readonly errno: string;

  constructor(call: string, errno: string) {
    super(`${call}: ${errno}`);
    this.call = call;
    this.errno = errno;
  }
}

/** Passes a result through, or throws with the errno of the call just made: any other call in between would change it. */
export function checked(call: string, result: number | bigint): number {
  if (Number(result) < 0) throw new SyscallError(call, errnoName(koffi.errno()));
  return Number(result);
}

/** The errno name of a SyscallError or of an error of node:fs, undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof SyscallError) return error.errno;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && code in constants.errno ? code : undefined;
}

/** Runs `fn`; an error with one of these errno names counts as done, because there was nothing (left) to do. */
export function tolerating<T>(errnos: readonly string[], fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== undefined && errnos.includes(errno)) return undefined;
    throw error;
  }
}
