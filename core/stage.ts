import type { Known } from './known.ts';
import type { Operation } from './operation.ts';
import type { Spec } from './spec/types.ts';

/** The order in which a container comes into being. */
export const stageNames = [
  'image',
  'metadata',
  'overlay',
  'namespaces',
  'network',
  'volumes',
  'cgroups',
  'env',
  'exec',
] as const;

export type StageName = (typeof stageNames)[number];

/**
 * A stage is a pure function from what is asked and what is known to the operations to do. It is called again after every
 * operation, the way a view is rendered again; what has been performed must never change in a later plan.
 */
export interface Stage {
  name: StageName;
  /** One sentence: what the stage is for. */
  summary: string;
  plan(spec: Spec, known: Known): readonly Operation[];
}
