import { TsstepError } from '../errors.ts';
import type { Failure } from '../operation.ts';
import type { Endpoint } from './types.ts';

/** Does something at the first endpoint that can be reached. @throws what the last one threw, and why not the others */
export async function inReach<T>(
  endpoints: readonly Endpoint[],
  fn: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const before: Failure[] = [];
  for (const endpoint of endpoints) {
    try {
      return await fn(endpoint);
    } catch (error) {
      if (!(error instanceof TsstepError) || error.failure.code !== 'registry') throw error;
      before.push(error.failure);
    }
  }
  const [last, ...others] = before.reverse();
  if (!last) throw new Error('a registry has at least one endpoint');
  const tried = others.map(({ what, why }) => `; before, ${what}: ${why}`);
  throw new TsstepError({ ...last, why: last.why + tried.join('') });
}
