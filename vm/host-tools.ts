/** Programs of the host that a machine needs, each looked for before anything is begun. bin/setup --vm installs them. */
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

const tools = [qemu, 'mmdebstrap', 'mkfs.ext4', 'ssh', 'ssh-keygen', 'setpriv', 'unshare'];

export function missingHostTools(): string[] {
  const missing = tools.filter((tool) => findTool(tool) === undefined);
  return findVirtiofsd() === undefined ? [...missing, 'virtiofsd'] : missing;
}

/** @throws TsstepError vm */
export function requireHostTools(): void {
  const missing = missingHostTools();
  if (missing.length === 0) return;
  throw vmFailed(
    'this machine cannot run virtual machines yet',
    `not installed: ${missing.join(', ')}`,
    'on Debian and Ubuntu: bin/setup --vm; elsewhere install QEMU, mmdebstrap and virtiofsd',
  );
}
