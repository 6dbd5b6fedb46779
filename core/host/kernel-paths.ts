/**
 * Files of /proc and /sys that speak for the whole machine, not for a namespace: docker's lists (runtime-spec config-linux.md,
 * Masked Paths and Readonly Paths). Which of them exist depends on the kernel's configuration.
 */
import { existsSync } from 'node:fs';

const maskedFiles = [
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
];
const maskedDirectories = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readOnly = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export interface KernelPaths {
  maskedFiles: readonly string[];
  maskedDirectories: readonly string[];
  readOnly: readonly string[];
}

export function readKernelPaths(): KernelPaths {
  const present = (paths: readonly string[]) => paths.filter((path) => existsSync(path));
  return {
    maskedFiles: present(maskedFiles),
    maskedDirectories: present(maskedDirectories),
    readOnly: present(readOnly),
  };
}
