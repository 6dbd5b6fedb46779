import { imageOf, type Known } from '../known.ts';
import { type Process, processOf } from '../spec/merge.ts';
import type { Spec } from '../spec/types.ts';
import { hostnameOf } from '../store/identity-files.ts';

/** The process that the container will run: the image's defaults and the flags, merged. */
export function processFor(spec: Spec, known: Known): Process {
  return processOf(spec, imageOf(known)?.config ?? {}, { hostname: hostnameOf(spec, known) });
}
