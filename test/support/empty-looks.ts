/** A machine with nothing on it but one network, as a plan sees it. */
import type { KnownNetwork } from '../../core/known.ts';
import { nextLease } from '../../core/network/leases.ts';
import type { Looks } from '../../stepper/plan/looks.ts';

export const knownNetwork = (name: string): KnownNetwork => ({
  id: 'cd'.repeat(32),
  name,
  bridge: 'ts-cdcdcdcdcdcd',
  subnet: '172.30.1.0/24',
  gateway: '172.30.1.1',
  configured: true,
  internal: false,
  masquerade: true,
});

export const emptyLooks: Looks = {
  randomHex: (bytes) => 'ab'.repeat(bytes),
  now: () => '2026-01-01T00:00:00.000Z',
  name: () => 'calm_curie',
  image: async () => await Promise.resolve({ absent: 'builtin' }),
  network: knownNetwork,
  lease: async (network) =>
    await Promise.resolve({ lease: nextLease(network, '172.30.0.0/24', []), read: true }),
  container: () => undefined,
  mounts: () => undefined,
  missing: () => null,
  volume: () => 'absent',
};
