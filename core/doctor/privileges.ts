import { readFileSync } from 'node:fs';
import { capabilityNames, defaultCapabilities } from '../spec/capabilities.ts';
import { type Finding, missing, ok, warning } from './finding.ts';
import { wider } from './platform/outside.ts';
import type { Platform } from './platform/recognize.ts';
import { isRoot } from './trial.ts';

/** Besides what the container's own root gets: mounts and namespaces, links and firewall. */
const ours = ['SYS_ADMIN', 'NET_ADMIN'];

/** @param status what /proc/self/status says */
export function missingCapabilities(status: string): string[] {
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return capabilityNames.filter((_, number) => (held & (1n << BigInt(number))) === 0n);
}

export function checkPrivileges(platform: Platform): Finding[] {
  if (!isRoot()) {
    const why = 'making namespaces, mounts and network links is root’s right';
    return [missing('root', 'you are not root', why, 'sudo tsstep doctor')];
  }
  return [
    ok('root', 'you are root'),
    capabilities(missingCapabilities(readFileSync('/proc/self/status', 'utf8')), wider(platform)),
  ];
}

const listed = (names: readonly string[]): string => names.map((name) => `CAP_${name}`).join(' ');

function capabilities(lacking: readonly string[], remedy: string): Finding {
  const name = 'capabilities';
  const needed = lacking.filter((one) => ours.includes(one) || defaultCapabilities.includes(one));
  if (needed.length > 0) {
    return missing(
      name,
      `this root lacks ${listed(needed)}`,
      'it cannot make containers, or give them what docker gives',
      remedy,
    );
  }
  if (lacking.includes('SYS_RESOURCE')) {
    const why = 'hard limits cannot be raised (--ulimit), and --cap-add cannot give what is not there';
    return warning(name, `this root lacks ${listed(lacking)}`, why, remedy);
  }
  if (lacking.length === 0) return ok(name, 'all');
  return warning(
    name,
    `this root lacks ${listed(lacking)}`,
    '--cap-add cannot give what is not there',
    remedy,
  );
}
