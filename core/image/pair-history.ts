import type { ConfigFile } from './schema.ts';

type Entry = NonNullable<ConfigFile['history']>[number];

/** A step of the build, and what it made. */
export interface PairedStep {
  entry: Entry;
  /** Index of its layer, the lowest being 0; absent: it made none, or nobody can know which. */
  layer?: number;
  /** How many layers the steps before it made. */
  below: number;
}

/**
 * Which step of the build made which layer, first step first. Both belong together by their order alone, so a history that has
 * another number of layers than the image tells nothing about them.
 */
export function pairHistory(history: ConfigFile['history'], layers: number): PairedStep[] {
  const entries = history ?? [];
  const fits = entries.filter(({ empty_layer }) => !empty_layer).length === layers;
  let below = 0;
  return entries.map((entry) => {
    if (entry.empty_layer) return { entry, below };
    const layer = below++;
    return { entry, below: layer, ...(fits && { layer }) };
  });
}
