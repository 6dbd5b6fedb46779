import type { Known } from '../known.ts';
import type { Operation } from '../operation.ts';
import type { Spec } from '../spec/types.ts';
import type { Stage } from '../stage.ts';
import { hostnameOf } from '../store/identity-files.ts';
import { processFor } from './process.ts';

function plan(spec: Spec, known: Known): Operation[] {
  const { user, cwd } = processFor(spec, known);
  const step = { where: 'init', undo: 'with-init' } as const;
  return [
    ...(spec.uts === 'host' || spec.joins
      ? []
      : [
          {
            ...step,
            kind: 'sethostname',
            name: 'hostname',
            hostname: hostnameOf(spec, known),
            why: 'The name in the uts namespace; /etc/hostname alone would change nothing.',
          } as const,
        ]),
    {
      ...step,
      kind: 'lookup-user',
      name: 'user',
      user,
      groups: spec.groupAdd,
      why: `Turn "${user || 'root'}" into numbers with the image’s own passwd and group files: the kernel knows no names.`,
      saves: 'user',
    },
    ...spec.ulimits.map(
      ({ resource, soft, hard }): Operation => ({
        ...step,
        kind: 'setrlimit',
        name: `ulimit-${resource}`,
        resource,
        soft,
        hard,
        why: `--ulimit ${resource}: a limit of each process, not of the container as a whole; that is what cgroups are for.`,
      }),
    ),
    {
      ...step,
      kind: 'chdir',
      name: 'workdir',
      path: cwd,
      ...(spec.joins
        ? { why: 'Where the command starts: the container’s own working directory, or that of -w.' }
        : { create: true, why: 'Where the command starts; it is made if the image does not have it.' }),
    },
  ];
}

export const env: Stage = {
  name: 'env',
  summary:
    'Set what the process will inherit: hostname, user, limits of its own, working directory, environment.',
  plan,
};
