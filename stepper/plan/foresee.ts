import { TsstepError } from '../../core/errors.ts';
import type { Session } from '../session/session.ts';
import { MachineLooks } from './looks.ts';
import { walkStage } from './walk.ts';

/**
 * Names of the operations that the current stage will add behind its upcoming ones. Their arguments wait for what those find
 * out, so only their names are told, and where a prediction is wrong the stage will do otherwise.
 */
export async function foreseen({ spec, known, stage, upcoming }: Session): Promise<string[]> {
  const first = upcoming[0];
  if (!stage || !first) return [];
  try {
    const { operations } = await walkStage(stage, first.index, spec, known, new MachineLooks(known.host));
    return operations.slice(upcoming.length).map(({ operation }) => operation.name);
  } catch (error) {
    // The run itself is about to meet it, and then tells it properly.
    if (error instanceof TsstepError) return [];
    throw error;
  }
}
