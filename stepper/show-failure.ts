import type { Failure } from '../core/operation.ts';
import type { UndoProblem } from './session/session.ts';

/** An error as a person reads it: what failed, in which `stage:operation`, why here, what to do. */
export function failureText({ what, why, remedy }: Failure, at?: string): string {
  return `tsstep: ${what}\n${at === undefined ? '' : `  at:     ${at}\n`}  why:    ${why}\n  remedy: ${remedy}\n`;
}

export function showFailure(failure: Failure, at?: string): void {
  process.stderr.write(failureText(failure, at));
}

export function showProblems(problems: readonly UndoProblem[]): void {
  for (const { step, failure } of problems) {
    const at = `${step.stage.name}:${step.operation.name}`;
    process.stderr.write(
      `tsstep: could not take back ${at}: ${failure.what}\n  why:    ${failure.why}\n  remedy: tsstep clean\n`,
    );
  }
}
