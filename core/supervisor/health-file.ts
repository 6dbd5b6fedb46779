/** How a container is, by what its probes have said: health.json. Read and written with node:fs alone, for the supervisor's sake. */
import { readFileSync } from 'node:fs';
import { containerFiles } from '../paths.ts';
import { replaceFile } from '../replace-file.ts';

/** Docker's, with its keys. */
export interface ProbeResult {
  /** ISO 8601. */
  Start: string;
  End: string;
  /** -1: it was killed because it took too long. */
  ExitCode: number;
  /** stdout and stderr, 4096 bytes of them. */
  Output: string;
}

export interface Health {
  Status: 'starting' | 'healthy' | 'unhealthy';
  FailingStreak: number;
  /** The last five, oldest first. */
  Log: readonly ProbeResult[];
}

/** undefined: nobody checks it. */
export function healthOf(root: string, id: string): Health | undefined {
  try {
    return JSON.parse(readFileSync(containerFiles(root, id).health, 'utf8')) as Health;
  } catch {
    return undefined;
  }
}

/** What ps has in brackets behind `Up 4 seconds`. */
export const healthText = ({ Status }: Pick<Health, 'Status'>): string =>
  Status === 'starting' ? 'health: starting' : Status;

/** In one step: a reader sees the old one or the new one. */
export function writeHealth(root: string, id: string, health: Health): void {
  replaceFile(containerFiles(root, id).health, `${JSON.stringify(health)}\n`);
}
