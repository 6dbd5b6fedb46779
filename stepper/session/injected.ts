import { explain } from '../../core/explain/explain.ts';
import type { Failure } from '../../core/operation.ts';
import type { Step } from './session.ts';

/** The failure that a person asked for, in the words in which the kernel's own would be told. */
export function injected(step: Step, errno: string): Failure {
  const failure = explain(step.operation, step.operation.kind, errno);
  return {
    ...failure,
    code: 'injected',
    why: `you asked for it (--inject); if the kernel said so: ${failure.why}`,
    injected: true,
  };
}
