/** Walks the pipeline without performing anything: each operation's outcome is predicted, and the next plan stands on that. */
import { type Known, learn } from '../../core/known.ts';
import type { Operation } from '../../core/operation.ts';
import { pipeline } from '../../core/pipeline.ts';
import type { Spec } from '../../core/spec/types.ts';
import type { StageName } from '../../core/stage.ts';
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

/** @throws TsstepError what a run would fail with, as far as looking can tell */
export async function walk(spec: Spec, start: Known, looks: Looks): Promise<Plan> {
  let known = start;
  const stages: PlannedStage[] = [];
  for (const { name, summary, plan } of pipeline) {
    const operations: PlannedOperation[] = [];
    for (;;) {
      const operation = plan(spec, known)[operations.length];
      if (!operation) break;
      if (operation.saves === undefined) {
        operations.push({ operation });
        continue;
      }
      const prediction = await predict(operation, { spec, known, looks });
      known = learn(known, operation.saves, prediction.value);
      operations.push({ operation, prediction });
    }
    stages.push({ stage: name, summary, operations });
  }
  return { spec, known, stages };
}
