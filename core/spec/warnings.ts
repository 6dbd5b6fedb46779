import type { RunFlags } from './flags.ts';
import { isLoopback, parseDns } from './hosts.ts';
import { parseNetwork } from './namespace-mode.ts';

/** What is accepted and will not do what it seems to; for the same flags that `parseSpec` has accepted. */
export function warningsOf(flags: RunFlags): string[] {
  const network = parseNetwork([...(flags.network ?? []), ...(flags.net ?? [])]);
  const warnings: string[] = [];
  if ((network === 'host' || network === 'none') && (flags.publish ?? []).length > 0) {
    const why =
      network === 'host'
        ? 'every port of the container is the host’s already'
        : 'the container has no network';
    warnings.push(`published ports are discarded with --network ${network}: ${why}`);
  }
  if (network !== 'host') {
    for (const ip of (flags.dns ?? []).map(parseDns).filter(isLoopback)) {
      warnings.push(`--dns ${ip} is the container’s own loopback, where no resolver may listen`);
    }
  }
  return warnings;
}
