/** Capabilities by name and number, capabilities(7) and linux/capability.h; docker's choice of them. */
import type { Capability } from '../operation.ts';

/** The position is the capability's number. */
export const capabilityNames: readonly Capability[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
];

/** What docker leaves to a container's root. */
export const defaultCapabilities: readonly Capability[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SYS_CHROOT',
  'MKNOD',
  'AUDIT_WRITE',
  'SETFCAP',
];

/** The kernel's number of it, -1 for a name that it does not have. */
export function capabilityNumber(capability: Capability): number {
  return capabilityNames.indexOf(capability);
}

/**
 * What remains of docker's defaults after --cap-add and --cap-drop, by number. Adding ALL starts from every capability and
 * dropping wins; dropping ALL starts from none; otherwise adding wins over dropping.
 */
export function effectiveCapabilities(add: readonly Capability[], drop: readonly Capability[]): Capability[] {
  const chosen = (capability: Capability) => {
    if (add.includes('ALL')) return !drop.includes(capability);
    if (add.includes(capability)) return true;
    return !drop.includes('ALL') && defaultCapabilities.includes(capability) && !drop.includes(capability);
  };
  return capabilityNames.filter(chosen);
}
