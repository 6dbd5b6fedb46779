import { pairHistory } from '../pair-history.ts';
import type { ConfigFile } from '../schema.ts';
import { instructionOf } from './instruction.ts';
import type { Setting } from './types.ts';

interface Step {
  instruction?: string;
  created?: string;
}

/** What made each layer, lowest first, as far as it can be known, and the steps that made none. */
export function buildSteps(
  history: ConfigFile['history'],
  layers: number,
): { steps: readonly Step[]; settings: readonly Setting[] } {
  const steps: Step[] = Array.from({ length: layers }, () => ({}));
  const settings: Setting[] = [];
  for (const { entry, layer, below } of pairHistory(history, layers)) {
    const instruction = instructionOf(entry.created_by ?? entry.comment ?? '');
    if (entry.empty_layer) settings.push({ instruction, above: below });
    else if (layer !== undefined)
      steps[layer] = {
        ...(instruction && { instruction }),
        ...(entry.created && { created: entry.created }),
      };
  }
  return { steps, settings };
}
