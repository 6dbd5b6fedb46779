/** A plan as a person reads it. */
import { containerFiles, need } from '../../core/paths.ts';
import { strace } from '../../tracer/describe/strace.ts';
import { nameInText } from './placeholders.ts';
import type { Plan, PlannedOperation, PlannedStage } from './walk.ts';
import { wrap } from './wrap.ts';

const legend =
  '[init] is performed by PID 1 of the container, everything else by tsstep on the host. "=" was looked up on this machine. ' +
  '"~" is a prediction: a run may find something else. $NAMES stand for what only a run knows.';

type Shorten = (text: string) => string;

function shortener({ spec, known }: Plan): Shorten {
  const id = spec.joins?.id ?? need(known, 'id');
  const { directory } = containerFiles(known.host.root, id);
  return (text) => nameInText(text.replaceAll(directory, '$CONTAINER').replaceAll(id, '$ID'));
}

function operationText({ operation, prediction }: PlannedOperation, shorten: Shorten): string[] {
  return [
    `  ${operation.name}${operation.where === 'init' ? '  [init]' : ''}`,
    ...wrap(shorten(strace(operation)), '      ', '        '),
    ...wrap(operation.why, '      '),
    ...(prediction ? wrap(prediction.note, prediction.sure ? '      = ' : '      ~ ', '        ') : []),
  ];
}

function stageText({ stage, summary, operations }: PlannedStage, shorten: Shorten): string[] {
  const none = operations.length === 0 ? ['  (nothing to do for this container)'] : [];
  return [
    '',
    ...wrap(summary, `${stage}: `, '  '),
    ...none,
    ...operations.flatMap((one) => operationText(one, shorten)),
  ];
}

export function planText(plan: Plan, privileged = process.geteuid?.() === 0): string {
  const { spec, known, stages } = plan;
  const count = stages.reduce((sum, { operations }) => sum + operations.length, 0);
  const shorten = shortener(plan);
  const unseen = privileged
    ? []
    : wrap(
        'Planned without root: what only root may look at, like firewalls and the store, is taken to be as usual.',
        '',
      );
  return `${[
    `What ${spec.joins ? `tsstep exec would do in ${spec.joins.id.slice(0, 12)}` : `tsstep run would do for ${spec.image}`}: ${count} operations. None of them has been done.`,
    ...wrap(legend, ''),
    ...unseen,
    ...wrap(`$CONTAINER is ${known.host.root}/containers/$ID.`, ''),
    ...stages.flatMap((one) => stageText(one, shorten)),
  ].join('\n')}\n`;
}
