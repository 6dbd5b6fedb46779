import { isAlive } from '../../../core/kernel/proc.ts';
import { type Container, isActive } from '../../../core/store/containers.ts';
import type { Journalled } from '../../journals.ts';
import { kernelFacts } from './kernel.ts';
import { sessionOf } from './sessions.ts';

/** All that docker has no word for. `pid`: 0 where nothing runs. */
export function tsstepOf({ config, state }: Container, journals: readonly Journalled[], pid: number) {
  const { supervisor, pausedAt = null, boot = null } = state;
  const supervised = state.status === 'creating' || isActive(state);
  return {
    ImageName: config.image.name,
    ImageDigest: config.image.digest,
    PausedAt: pausedAt,
    Boot: boot,
    Run: state.run,
    Supervisor: supervised && isAlive(supervisor) ? supervisor.pid : 0,
    Sessions: journals.map(sessionOf),
    Kernel: kernelFacts(pid),
  };
}
