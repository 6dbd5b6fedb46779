import { diff } from '../../tracer/diff.ts';
import { everything, observe } from '../../tracer/observe.ts';
import { Tools } from '../../tracer/probes/tools.ts';
import { touches } from '../../tracer/touches.ts';
import type { Observer } from './live.ts';

/** Looks at this machine, from the host's side only; with tools that stay until it is closed. */
export function kernelObserver(secrets: ReadonlySet<string>): Observer {
  const tools = new Tools();
  return {
    diff,
    close: () => tools.close(),
    observe: async (known, step, before) => {
      const context = { known, secrets, tools };
      if (step === 'everything') return await observe(context, everything, before);
      const { operation } = step;
      const changed = 'path' in operation ? { changed: { path: operation.path, before } } : {};
      return await observe({ ...context, ...changed }, touches(operation), before);
    },
    read: async (known, names = everything, before) =>
      (await observe({ known, secrets, tools }, names, before)).snapshot,
  };
}
