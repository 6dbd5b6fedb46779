import type { Probe } from '../snapshot.ts';
import { text } from './read.ts';
import { target } from './target.ts';

/** The environment that the process was executed with (proc_pid_environ(5)), without the values that a person typed. */
export const environ: Probe = (context) => {
  const directory = target(context);
  const content = directory && text(`${directory}/environ`);
  if (content === undefined) return undefined;
  const found: [string, string][] = [];
  for (const each of content.split('\0').filter(Boolean)) {
    const [name = '', value = ''] = each.split(/=(.*)/s);
    found.push([name, context.secrets.has(name) ? '(redacted)' : value]);
  }
  return Object.fromEntries(found);
};
