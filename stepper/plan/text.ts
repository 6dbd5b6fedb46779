/** A plan as a person reads it. */
import { strace } from '../../tracer/describe/strace.ts';
import { nameInText } from './placeholders.ts';
import type { Plan, PlannedOperation, PlannedStage } from './walk.ts';
import { wrap } from './wrap.ts';

function operationText({ operation, prediction }: PlannedOperation): string[] {
  return [
    `  ${operation.name}${operation.where === 'init' ? '  [init]' : ''}`,
    ...wrap(nameInText(strace(operation)), '      ', '        '),
    ...wrap(operation.why, '      '),
    ...(prediction ? wrap(prediction.note, prediction.sure ? '      = ' : '      ~ ', '        ') : []),
  ];
}

function stageText({ stage, summary, operations }: PlannedStage): string[] {
  const none = operations.length === 0 ? ['  (nothing to do for this container)'] : [];
  return ['', ...wrap(summary, `${stage}: `, '  '), ...none, ...operations.flatMap(operationText)];
}

export function planText({ spec, stages }: Plan): string {
  const count = stages.reduce((sum, { operations }) => sum + operations.length, 0);
  const legend =
    '[init]: performed by PID 1 of the container, everything else by tsstep on the host. ' +
    '"=" was looked up on this machine, "~" is a prediction: a run may find something else there, and $NAMES stand for ' +
    'numbers that only a run knows.';
  const head = [`What \`tsstep run\` would do for ${spec.image}: ${count} operations. Nothing of it has been done.`, ...wrap(legend, '')];
  return `${[...head, ...stages.flatMap(stageText)].join('\n')}\n`;
}
