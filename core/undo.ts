/**
 * What takes an operation back. An undo is written to disk before the operation is tried, so it must be safe after an
 * operation that did everything, something or nothing: each one names what it removes so exactly (by the container's id)
 * that it cannot hit what somebody else made, and finding nothing to do is success.
 */
export type UndoAction =
  | { kind: 'umount'; target: string }
  /** Remove a directory tree that only this container or this run uses. Never crosses a mount point. */
  | { kind: 'remove-tree'; path: string }
  /** Remove a symlink, or what it has been renamed to in its directory: it points to `target`. */
  | { kind: 'unlink'; path: string; target: string }
  | { kind: 'command'; argv: readonly string[]; stdin?: string }
  /** Stop holding a shared thing; the last holder unmakes it. */
  | { kind: 'release'; resource: string; holder: string; unmake: readonly UnmakeStep[] }
  /** Take a container's names out of the hosts files of a network. */
  | { kind: 'leave-names'; network: string; holder: string }
  | { kind: 'release-lease'; network: string; holder: string }
  | { kind: 'close-port'; ip: string; port: number; protocol: 'tcp' | 'udp' }
  /** Kill the processes of a cgroup and remove its directories. */
  | { kind: 'remove-cgroup'; paths: readonly string[] }
  /** `anonymous`: unless another container has it. Else: unless another one ever had it. */
  | { kind: 'remove-volume'; volume: string; owner: string; path: string; anonymous?: true }
  /** Remove the empty directories that a mkdir had to make for `path`, as far as they are still empty. */
  | { kind: 'remove-made'; path: string; topmost: string }
  /** Kill init, found by its pid and start time, and wait until it is gone. */
  | { kind: 'kill-init' };

export type UnmakeStep =
  | { kind: 'command'; argv: readonly string[] }
  /** Write back what `save` kept. */
  | { kind: 'restore'; path: string }
  | { kind: 'rmdir'; path: string };
