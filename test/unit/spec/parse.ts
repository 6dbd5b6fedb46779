import { expect } from 'vitest';
import { failureOf } from '../../../core/errors.ts';
import type { Failure } from '../../../core/operation.ts';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import type { Spec } from '../../../core/spec/types.ts';

/** The spec of `run FLAGS lab` on a host of two CPUs, typed in /home/me. */
export function parse(flags: RunFlags, environment: NodeJS.ProcessEnv = {}): Spec {
  return parseSpec(flags, 'lab', [], environment, { cpus: 2, directory: '/home/me' });
}

/** The failure that these flags end in; it must be usable: what, why and an example. */
export function refusal(flags: RunFlags, environment?: NodeJS.ProcessEnv): Failure {
  let failure: Failure | undefined;
  try {
    parse(flags, environment);
  } catch (error) {
    failure = failureOf(error);
  }
  if (!failure) throw new Error(`accepted: ${JSON.stringify(flags)}`);
  expect(failure).toMatchObject({ code: 'usage', exit: 125 });
  expect(failure.what).not.toBe('');
  expect(failure.why).not.toBe('');
  expect(failure.remedy.length).toBeGreaterThan(10);
  return failure;
}
