import { TsstepError } from '../errors.ts';
import type { Endpoint } from './types.ts';

/** Does something at the first endpoint that can be reached. @throws what the last one threw */
export async function inReach<T>(
  endpoints: readonly Endpoint[],
  fn: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const [first, ...others] = endpoints;
  if (!first) throw new Error('a registry has at least one endpoint');
  try {
    return await fn(first);
  } catch (error) {
    const reachable = !(error instanceof TsstepError) || error.failure.code !== 'registry';
    if (reachable || others.length === 0) throw error;
    return await inReach(others, fn);
  }
}
