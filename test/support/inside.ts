/** This process in a sandbox's network: what it connects to and listens on is the sandbox's. */
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { setns } from '../../core/kernel/namespace.ts';
import { startTimeOf } from '../../core/kernel/proc.ts';
import type { ProcessId } from '../../core/known.ts';
import type { Sandbox } from './sandbox.ts';

const processId = (pid: number): ProcessId => ({ pid, startTime: startTimeOf(pid) ?? '' });

/**
 * Moves the tests' own process. setns(2) is for one thread: sockets are made by this one, but host names are looked up by others, so
 * addresses have to be numbers.
 */
export function useNetworkOf(sandbox: Sandbox): void {
  let before: number | undefined;
  beforeAll(() => {
    if (process.getuid?.() !== 0) return;
    before = openSync('/proc/thread-self/ns/net', 'r');
    setns(`/proc/${sandbox.holder}/ns/net`, 'CLONE_NEWNET', processId(sandbox.holder));
  });
  afterAll(() => {
    if (before === undefined) return;
    setns(`/proc/self/fd/${before}`, 'CLONE_NEWNET', processId(process.pid));
    closeSync(before);
  });
}
