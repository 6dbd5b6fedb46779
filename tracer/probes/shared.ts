import type { ProbeContext } from '../snapshot.ts';

const readings = new WeakMap<ProbeContext, Map<string, unknown>>();

/** One reading per context object, so that probes of the same observation do not read (or spawn) twice. */
export function shared<T>(context: ProbeContext, name: string, read: () => T): T {
  const known = readings.get(context) ?? new Map<string, unknown>();
  readings.set(context, known);
  if (!known.has(name)) known.set(name, read());
  return known.get(name) as T;
}
