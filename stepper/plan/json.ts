/** A plan as data: the operations as a recording has them, with placeholders for what only a run knows. */
import { secretNames } from '../../core/spec/secrets.ts';
import { redactOperation } from '../../tracer/redact.ts';
import { nameInRecord } from './placeholders.ts';
import type { Plan } from './walk.ts';

export function planJson({ spec, stages }: Plan): string {
  const secrets = secretNames(spec);
  const data = stages.map(({ stage, summary, operations }) => ({
    stage,
    summary,
    operations: operations.map(({ operation, prediction }) => ({
      ...redactOperation(operation, secrets),
      ...(prediction && { predicted: prediction }),
    })),
  }));
  return `${JSON.stringify(nameInRecord(data), null, 2)}\n`;
}
