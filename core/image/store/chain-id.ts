import { digestOf } from '../digest.ts';

/**
 * What docker counts layers by, and names in `rmi`: the digest of a layer together with all below it (image-spec, config.md,
 * "Layer ChainID"). Lowest first.
 */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chain;
}
