import { ownCommand } from '../../core/host/program-files.ts';
import { probeOf } from '../../core/spec/health.ts';
import type { ContainerConfig } from '../../core/store/config.ts';
import type { HealthOrder } from '../../core/supervisor/keep-health.ts';

/** What the supervisor of a container that starts now is told about its health checks; undefined: it has none. */
export function healthOrder({ id, healthcheck }: ContainerConfig): HealthOrder | undefined {
  if (!healthcheck || !probeOf(healthcheck)) return undefined;
  return { healthcheck, probe: [...ownCommand(), 'probe', id], startedAt: new Date().toISOString() };
}
