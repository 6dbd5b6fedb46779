import type { Spec } from './types.ts';

/** Names of the variables whose values a person typed or passed on: what a recording leaves out unless asked. */
export function secretNames(spec: Spec): Set<string> {
  return new Set(spec.env.map(([name]) => name));
}
