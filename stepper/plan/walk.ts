/** Walks the pipeline without performing anything: each operation's outcome is predicted, and the next plan stands on that. */
import { type Known, learn } from '../../core/known.ts';
import type { Operation } from '../../core/operation.ts';
import { execPipeline, pipeline } from '../../core/pipeline.ts';
import type { Spec } from '../../core/spec/types.ts';
import type { Stage, StageName } from '../../core/stage.ts';
import type { Looks } from './looks.ts';
import { type Prediction, predict } from './predict.ts';

export interface PlannedOperation {
  operation: Operation;
  /** What it would find out, for those that find out something later plans need. */
  prediction?: Prediction;
}

export interface PlannedStage {
  stage: StageName;
  summary: string;
  operations: readonly PlannedOperation[];
}

export interface Plan {
  spec: Spec;
  /** With everything that was predicted. */
  known: Known;
  stages: readonly PlannedStage[];
}

/**
 * One stage from operation `from` on, on top of what is known by then.
 * @throws TsstepError what a run would fail with, as far as looking can tell
 */
export async function walkStage(
  { plan }: Stage,
  from: number,
  spec: Spec,
  start: Known,
  looks: Looks,
): Promise<{ operations: PlannedOperation[]; known: Known }> {
  let known = start;
  const operations: PlannedOperation[] = [];
  for (;;) {
    const operation = plan(spec, known)[from + operations.length];
    if (!operation) return { operations, known };
    if (operation.saves === undefined) {
      operations.push({ operation });
      continue;
    }
    const prediction = await predict(operation, { spec, known, looks });
    known = learn(known, operation.saves, prediction.value);
    operations.push({ operation, prediction });
  }
}

/** @throws TsstepError what a run would fail with, as far as looking can tell */
export async function walk(spec: Spec, start: Known, looks: Looks): Promise<Plan> {
  let known = start;
  const stages: PlannedStage[] = [];
  for (const stage of spec.joins ? execPipeline : pipeline) {
    const walked = await walkStage(stage, 0, spec, known, looks);
    known = walked.known;
    stages.push({ stage: stage.name, summary: stage.summary, operations: walked.operations });
  }
  return { spec, known, stages };
}
