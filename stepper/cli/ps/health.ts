/** What a container's health checks have said, as the probe runner writes it down. */
import { readFileSync } from 'node:fs';
import { tolerating } from '../../../core/kernel/errno.ts';
import { containerFiles } from '../../../core/paths.ts';
import type { Container } from '../../../core/store/containers.ts';

/** Docker's State.Health. */
export interface Health {
  Status: 'starting' | 'healthy' | 'unhealthy' | 'none';
  FailingStreak: number;
  Log: readonly { Start: string; End: string; ExitCode: number; Output: string }[];
}

/** undefined: it has no checks, or has not come as far as one. */
export function healthOf(root: string, { config }: Container): Health | undefined {
  const text = tolerating(['ENOENT', 'EACCES'], () =>
    readFileSync(containerFiles(root, config.id).health, 'utf8'),
  );
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Health);
  } catch (error) {
    // Half written.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
