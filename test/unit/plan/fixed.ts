/** A machine that never changes, for plans that are compared with golden texts. */

import type { RunFlags } from '../../../core/spec/flags.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import type { Looks } from '../../../stepper/plan/looks.ts';
import { type Plan, walk } from '../../../stepper/plan/walk.ts';
import { emptyLooks } from '../../support/empty-looks.ts';
import { knownOf } from '../../support/fixed-host.ts';

const known = knownOf({
  cgroups: { version: 2, mount: '/sys/fs/cgroup', controllers: ['cpu', 'memory', 'pids'] },
  kernelPaths: {
    maskedFiles: ['/proc/kcore'],
    maskedDirectories: ['/sys/firmware'],
    readOnly: ['/proc/sys'],
  },
});

const fixedLooks: Looks = {
  ...emptyLooks,
  randomHex: (bytes) => '5eed'.repeat(bytes / 2),
  now: () => '2026-11-23T12:00:00.000Z',
  name: () => 'patient_noether',
};

export async function planOf(
  flags: RunFlags,
  command: readonly string[],
  looks: Partial<Looks> = {},
): Promise<Plan> {
  const spec = parseSpec(flags, 'lab', command, {}, { cpus: 4, directory: '/' });
  return await walk(spec, known, { ...fixedLooks, ...looks });
}
