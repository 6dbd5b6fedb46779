/** capabilities(7) in the order of their numbers (linux/capability.h), without CAP_. */
const list =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT
  SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
  WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`.split(/\s+/);

/** A set as /proc/PID/status writes it, 16 hex digits, as names in the order of their numbers. */
export function capabilityNames(hex: string): string {
  const bits = BigInt(`0x${hex}`);
  const held = [...Array(64).keys()].filter((bit) => (bits >> BigInt(bit)) & 1n);
  return held.map((bit) => list[bit] ?? `cap_${bit}`).join(',');
}
