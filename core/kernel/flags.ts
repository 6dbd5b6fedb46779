/** Flag words of the system calls, by their names in the kernel's headers (linux/sched.h, linux/mount.h). */
import type { CloneFlag, MountAttribute, MountFlag, UmountFlag } from '../operation.ts';

export const cloneFlags: Record<CloneFlag, number> = {
  CLONE_FS: 0x00000200,
  CLONE_NEWNS: 0x00020000,
  CLONE_NEWCGROUP: 0x02000000,
  CLONE_NEWUTS: 0x04000000,
  CLONE_NEWIPC: 0x08000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
};

export const mountFlags: Record<MountFlag, number> = {
  MS_RDONLY: 1,
  MS_NOSUID: 2,
  MS_NODEV: 4,
  MS_NOEXEC: 8,
  MS_REMOUNT: 32,
  MS_NOATIME: 1024,
  MS_BIND: 4096,
  MS_REC: 16384,
  MS_PRIVATE: 1 << 18,
  MS_SLAVE: 1 << 19,
  MS_SHARED: 1 << 20,
  MS_RELATIME: 1 << 21,
  MS_STRICTATIME: 1 << 24,
};

export const mountAttributes: Record<MountAttribute, number> = {
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOEXEC: 8,
};

export const umountFlags: Record<UmountFlag, number> = { MNT_FORCE: 1, MNT_DETACH: 2, UMOUNT_NOFOLLOW: 8 };

/** The bits of several flags together. */
export function bits<F extends string>(table: Record<F, number>, flags: readonly F[]): number {
  return flags.reduce((sum, flag) => sum | table[flag], 0);
}
