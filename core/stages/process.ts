import { imageOf, type Known } from '../known.ts';
import { joinedEnv } from '../spec/exec.ts';
import { type Process, processOf } from '../spec/merge.ts';
import type { Spec } from '../spec/types.ts';
import { hostnameOf } from '../store/identity-files.ts';

/** The process that will run: the image's defaults and the flags, merged; in a container that is there, its environment and the flags. */
export function processFor(spec: Spec, known: Known): Process {
  const { joins, command, workdir = '/', user = '' } = spec;
  if (joins) return { argv: command, env: joinedEnv(spec, joins), cwd: workdir, user };
  return processOf(spec, imageOf(known)?.config ?? {}, { hostname: hostnameOf(spec, known) });
}
