/** Programs of the host that building and starting a machine needs, each looked for before anything is begun. */
import { existsSync } from 'node:fs';
import { findTool } from '../core/doctor/tools.ts';
import { vmFailed } from './failure.ts';
import { architecture } from './shape.ts';

export const qemu = architecture === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';

/** virtiofsd is in no PATH. The first is QEMU's own in C (Debian 12, Ubuntu 22.04), the others its successor in Rust. */
export const findVirtiofsd = (): string | undefined =>
  ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd', '/usr/lib/virtiofsd'].find((path) =>
    existsSync(path),
  );

const needed: readonly (readonly [tool: string, debian: string])[] = [
  [qemu, architecture === 'arm64' ? 'qemu-system-arm' : 'qemu-system-x86'],
  ['mmdebstrap', 'mmdebstrap'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['ssh', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
  ['setpriv', 'util-linux'],
];

/** Debian packages that are missing. */
export function missingPackages(): string[] {
  const missing = needed.filter(([tool]) => findTool(tool) === undefined).map(([, debian]) => debian);
  if (findVirtiofsd() === undefined) missing.push('virtiofsd');
  // Ubuntu does not know the keys of Debian's archive.
  if (!existsSync('/usr/share/keyrings/debian-archive-keyring.gpg')) missing.push('debian-archive-keyring');
  return [...new Set(missing)];
}

/** @throws TsstepError vm */
export function requireHostTools(): void {
  const missing = missingPackages();
  if (missing.length === 0) return;
  throw vmFailed(
    'this machine cannot run virtual machines yet',
    `not installed: ${missing.join(', ')}`,
    `bin/setup --vm, or: apt-get install --no-install-recommends ${missing.join(' ')}`,
  );
}
