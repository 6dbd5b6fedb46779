/** What has to be done outside of this machine's own distribution: in Windows, or where a container was started. */
import type { Platform } from './recognize.ts';

/** Containers that are started by this very flag. */
const dockerLike = ['docker', 'podman'];

/** How to get what a container was not given; on no container, where else to run. */
export function wider({ container }: Platform): string {
  if (container === undefined) return 'run on the machine itself: something around this shell is in the way';
  return dockerLike.includes(container)
    ? `start this container with: ${container} run --privileged --cgroupns=host`
    : 'run on the machine itself, or start this container with all privileges and the host’s control groups';
}

/** What the kernel is told at its start. */
export function booting({ wsl }: Platform, words: string): string {
  if (wsl === undefined) return `boot with ${words} on the kernel’s command line`;
  return `in Windows, in %UserProfile%\\.wslconfig below [wsl2]: kernelCommandLine = ${words}; then wsl --shutdown`;
}

/** The state directory belongs on something that is no overlay; a container's own files usually are on one. */
export function elsewhere({ container }: Platform, root: string): string {
  const general = 'TSSTEP_ROOT=/some/where, on a local disk';
  return container !== undefined && dockerLike.includes(container)
    ? `a volume: ${container} run -v tsstep:${root}; or ${general}`
    : general;
}
