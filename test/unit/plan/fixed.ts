/** A machine that never changes, for plans that are compared with golden texts. */

import { nextLease } from '../../../core/network/leases.ts';
import type { RunFlags } from '../../../core/spec/flags.ts';
import { parseSpec } from '../../../core/spec/parse.ts';
import type { Looks } from '../../../stepper/plan/looks.ts';
import { type Plan, walk } from '../../../stepper/plan/walk.ts';
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
  randomHex: (bytes) => '5eed'.repeat(bytes / 2),
  now: () => '2026-11-23T12:00:00.000Z',
  name: () => 'patient_noether',
  image: async () => await Promise.resolve({ absent: 'builtin' as const }),
  network: (name) => ({
    id: 'cd'.repeat(32),
    name,
    bridge: 'ts-cdcdcdcdcdcd',
    subnet: '172.30.1.0/24',
    gateway: '172.30.1.1',
    configured: true,
    internal: false,
    masquerade: true,
  }),
  lease: async (network) =>
    await Promise.resolve({ lease: nextLease(network, '172.30.0.0/24', []), read: true }),
  container: () => undefined,
  mounts: () => undefined,
  missing: () => null,
  volume: () => 'absent',
};

export async function planOf(
  flags: RunFlags,
  command: readonly string[],
  looks: Partial<Looks> = {},
): Promise<Plan> {
  const spec = parseSpec(flags, 'lab', command, {}, { cpus: 4, directory: '/' });
  return await walk(spec, known, { ...fixedLooks, ...looks });
}
