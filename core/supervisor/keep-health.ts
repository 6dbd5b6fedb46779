/** A container's health checks, for as long as its supervisor keeps it. */
import { readFileSync } from 'node:fs';
import { containerFiles } from '../paths.ts';
import type { Healthcheck } from '../spec/types.ts';
import type { ContainerConfig } from '../store/config.ts';
import type { ContainerState } from '../store/containers.ts';
import { recordLifecycle } from '../store/lifecycle-log.ts';
import { watchHealth } from './health.ts';
import type { Health } from './health-file.ts';

export interface HealthOrder {
  healthcheck: Healthcheck;
  /** The words that probe it once: `tsstep probe ID`. */
  probe: readonly string[];
  /** ISO 8601. */
  startedAt: string;
}

/** @returns what ends them. Never throws: a container is not let down for want of a look at it */
export function keepHealth(
  root: string,
  id: string,
  order: HealthOrder,
  env?: NodeJS.ProcessEnv,
): { stop(): void } {
  const files = containerFiles(root, id);
  return watchHealth({
    ...{ root, id, ...order, ...(env && { env }) },
    isPaused: () => read<ContainerState>(files.state)?.status === 'paused',
    changed: (status) => record(root, read<ContainerConfig>(files.config), status),
  });
}

function record(root: string, config: ContainerConfig | undefined, status: Health['Status']): void {
  if (!config) return;
  const { id, name, image, labels, spec } = config;
  const attributes = { ...labels, image: spec.image || image.name, name };
  recordLifecycle(root, { type: 'container', action: `health_status: ${status}`, id, attributes });
}

function read<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
