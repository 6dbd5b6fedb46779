import type { Failure } from '../core/operation.ts';
import type { UndoProblem } from './session/session.ts';

/** An error as a person reads it: what failed, why here, what to do. */
export function failureText({ what, why, remedy }: Failure): string {
  return `tsstep: ${what}\n  why:    ${why}\n  remedy: ${remedy}\n`;
}

export function showFailure(failure: Failure): void {
  process.stderr.write(failureText(failure));
}

export function showProblems(problems: readonly UndoProblem[]): void {
  for (const { step, failure } of problems) {
    const at = `${step.stage.name}:${step.operation.name}`;
    process.stderr.write(
      `tsstep: could not take back ${at}: ${failure.what}\n  why:    ${failure.why}\n  remedy: tsstep clean\n`,
    );
  }
}
