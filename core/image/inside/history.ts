import type { ConfigFile } from '../schema.ts';
import { instructionOf } from './instruction.ts';
import type { Setting } from './types.ts';

interface Step {
  instruction?: string;
  created?: string;
}

/**
 * Which step of the build made which layer, lowest first, and the steps that made none. Both belong together by their order alone, so
 * a history that has another number of layers than the image tells nothing about them.
 */
export function pairHistory(
  history: ConfigFile['history'],
  layers: number,
): { steps: readonly Step[]; settings: readonly Setting[] } {
  const steps: Step[] = [];
  const settings: Setting[] = [];
  for (const { created, created_by, comment, empty_layer } of history ?? []) {
    const instruction = instructionOf(created_by ?? comment ?? '');
    if (empty_layer) settings.push({ instruction, above: steps.length });
    else steps.push({ ...(instruction === '' ? {} : { instruction }), ...(created ? { created } : {}) });
  }
  return { steps: steps.length === layers ? steps : Array.from({ length: layers }, () => ({})), settings };
}
