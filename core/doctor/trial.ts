import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** What a trial came to: nothing to say, or what the tool said against it. */
export type Verdict = { works: true } | { works: false; said: string };

/**
 * Trying is the only sure test: modules load when they are first needed, and security modules and sandboxes refuse what a list
 * of features promises. Whatever is made should be inside namespaces of its own, so that a killed doctor leaves nothing behind.
 */
export function attempt(argv: readonly string[], stdin = ''): Verdict {
  const [command = '', ...words] = argv;
  const { status, stderr, error } = spawnSync(command, words, {
    input: stdin,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    timeout: 10_000,
  });
  if (status === 0) return { works: true };
  return {
    works: false,
    said: (stderr ?? '').trim().split('\n')[0] || error?.message || `exit code ${status}`,
  };
}

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** access(2): for root it is false on what is mounted read-only. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
