import type { Spec } from './types.ts';
import { conflict, unsupported } from './usage.ts';

/** What is fine flag by flag but not together; docker's rules. */
export function checkConflicts(spec: Spec): void {
  if (spec.uts === 'host' && spec.hostname !== undefined) {
    throw conflict('--uts host and --hostname', 'the name would become the host’s', 'leave one of them away');
  }
  for (const mount of spec.mounts) {
    if (mount.type === 'bind' && !['private', 'rprivate'].includes(mount.propagation ?? 'rprivate')) {
      throw unsupported(
        `bind propagation ${mount.propagation} of ${mount.target}`,
        'every mount of a container is private: none made later on the host appears in it, and none of its own outside',
        'leave the propagation away',
      );
    }
  }
  if (typeof spec.network !== 'object' || !('container' in spec.network)) return;
  const joined = `--network container:${spec.network.container}`;
  const theirs = [
    spec.hostname !== undefined && '--hostname',
    spec.publish.length > 0 && '--publish',
    spec.addHosts.length > 0 && '--add-host',
    spec.dns.length > 0 && '--dns',
  ];
  for (const flag of theirs) {
    if (flag)
      throw conflict(
        `${joined} and ${flag}`,
        'the other container has settled that',
        `give ${flag} to ${spec.network.container}`,
      );
  }
}
