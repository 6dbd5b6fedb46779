import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { tolerating } from '../kernel/errno.ts';
import { type Finding, missing, ok } from './finding.ts';
import { wider } from './platform/outside.ts';
import type { Platform } from './platform/recognize.ts';
import { usable } from './tools.ts';
import { attempt, isRoot } from './trial.ts';

const OLDEST = [5, 12] as const;

/** @param text `6.1.0-18-amd64` */
export function isNewEnough(text: string): boolean {
  const [major = 0, minor = 0] = text.split(/[.-]/).map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function checkVersion(): Finding {
  const version = release();
  if (isNewEnough(version)) return ok('kernel', `Linux ${version}`);
  const why = 'mount_setattr(2), which makes a single mount read-only, came with 5.12';
  return missing(
    'kernel',
    `Linux ${version}`,
    why,
    'upgrade to Linux 5.12 or newer: Debian 12, Ubuntu 22.04',
  );
}

const NODE = { major: 20, minor: 19 } as const;

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > NODE.major || (major === NODE.major && minor >= NODE.minor);
  if (enough) return ok('node', `Node ${process.versions.node}`);
  const why = `tsstep is written for ${NODE.major}.${NODE.minor} and newer`;
  return missing('node', `Node ${process.versions.node}`, why, 'see https://nodejs.org/en/download');
}

/** Namespace kinds, and what is not there without one. */
const kinds: Readonly<Record<string, string>> = {
  mnt: 'mounts of its own',
  pid: 'process ids of its own',
  net: 'a network of its own',
  ipc: 'shared memory of its own',
  uts: 'a host name of its own',
  cgroup: 'a view of its control group as the root of all',
};

function checkNamespace(kind: string, use: string): Finding | undefined {
  const name = `${kind} namespace`;
  const why = `a container needs it for ${use}`;
  if (!existsSync(`/proc/self/ns/${kind}`)) {
    return missing(name, 'the kernel was built without it', why, `use a kernel with ${kind} namespaces`);
  }
  const file = `/proc/sys/user/max_${kind}_namespaces`;
  const limit = tolerating(['ENOENT', 'EACCES'], () => readFileSync(file, 'utf8'))?.trim();
  if (limit !== '0') return undefined;
  return missing(name, `${file} is 0: none may be made`, why, `sysctl user.max_${kind}_namespaces=10000`);
}

function checkNamespaces(platform: Platform): Finding[] {
  const name = 'namespaces';
  const faults = Object.entries(kinds)
    .map(([kind, use]) => checkNamespace(kind, use))
    .filter((finding) => finding !== undefined);
  if (faults.length > 0) return faults;
  if (!isRoot()) return [ok(name, `${Object.keys(kinds).join(' ')} (not tried: that needs root)`)];
  if (!usable('unshare'))
    return [ok(name, `${Object.keys(kinds).join(' ')} (not tried: that needs unshare)`)];
  const trial = attempt([
    'unshare',
    '--mount',
    '--pid',
    '--net',
    '--ipc',
    '--uts',
    '--cgroup',
    '--fork',
    'true',
  ]);
  if (trial.works) return [ok(name, Object.keys(kinds).join(' '))];
  const why = 'a container is a process in namespaces of its own';
  return [missing(name, trial.said, why, wider(platform))];
}

export function checkKernel(platform: Platform): Finding[] {
  return [checkVersion(), checkNode(), ...checkNamespaces(platform)];
}
