import { failureOf } from '../../core/errors.ts';
import type { Failure } from '../../core/operation.ts';

/** Runs one undo; what goes wrong is reported beside the cause of the rollback, never instead of it. */
export async function attempt(undo: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await undo();
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}
