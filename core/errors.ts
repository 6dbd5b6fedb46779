/**
 * Every error that a person can cause, as data: a code that docs/errors.md explains, what failed, why here, what to do.
 * Thrown as `TsstepError` and shown once, at the edge.
 */
import type { Failure } from './operation.ts';

/** The catalogue: each code, what it is about. docs/errors.md has one section for each, checked by a test. */
export const catalogue = {
  usage: 'a flag or argument that cannot be understood',
  'not-root': 'tsstep needs root for namespaces, mounts and networks',
  'missing-tool': 'a system tool is not installed',
  'missing-kernel-feature': 'the kernel does not offer what a stage needs',
  'bad-reference': 'an image reference that is malformed',
  'no-such-image': 'an image that is not in the local store',
  'bad-image': 'an image, archive or layer that is broken or unsafe',
  registry: 'a registry that cannot be reached, or answers what no registry answers',
  unauthorized: 'a registry that does not let this user in',
  'rate-limited': 'a registry that has been asked too often',
  'image-in-use': 'an image that containers or other names still need',
  'no-such-container': 'a container that does not exist, or a prefix that fits several',
  'no-such-volume': 'a volume that does not exist',
  'volume-in-use': 'a volume that containers still have',
  'container-state': 'a container that is in the wrong state for this',
  'no-such-network': 'a network that does not exist, or a prefix that fits several',
  'network-in-use': 'a network that containers are in, or a name that another network has',
  supervisor: 'what keeps a running container cannot be reached, or has let go',
  copy: 'files that cannot be copied',
  'name-in-use': 'a container name that another container has',
  'bad-mount': 'a mount source or target that cannot be used',
  'no-such-user': 'a user or group that the image does not have',
  'port-in-use': 'a host port that is taken',
  network: 'an address or link that could not be made',
  cgroup: 'a limit that the kernel or this host refuses',
  'command-not-found': 'the command does not exist in the image',
  'command-not-executable': 'the command cannot be executed',
  'no-such-device': 'a device that does not exist',
  syscall: 'a system call that failed',
  'tool-failed': 'a system tool that ended with an error',
  vm: 'a virtual machine that could not be built, started or reached',
  'init-lost': 'init ended before it became the container’s process',
  injected: 'a fault that a person injected',
  internal: 'a mistake in tsstep itself',
} as const;

export type ErrorCode = keyof typeof catalogue;

export class TsstepError extends Error {
  override name = 'TsstepError';
  readonly failure: Failure;

  /** `exit` defaults to 125, docker's code for a failure of the runtime itself. */
  constructor(failure: Omit<Failure, 'exit'> & { exit?: number }) {
    super(`${failure.what}: ${failure.why}`);
    this.failure = { exit: 125, ...failure };
  }
}

/** Any thrown value as a failure; what is not a `TsstepError` is a mistake of ours and says so. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TsstepError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack ? error.stack.split('\n')[1]?.trim() : undefined;
  return {
    code: 'internal',
    what: message,
    why: `tsstep did not expect this${stack ? ` (${stack})` : ''}`,
    remedy: 'please report it with the file that --events wrote',
    exit: 125,
  };
}
