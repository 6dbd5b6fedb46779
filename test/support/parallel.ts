import type { Sandbox } from './sandbox.ts';

/**
 * Does `check` for every item, each sandbox one at a time and all sandboxes at once. All items are tried: which of them
 * fail, and which not, says more than the first failure.
 */
export async function everywhere<T>(
  sandboxes: readonly Sandbox[],
  items: readonly T[],
  check: (sandbox: Sandbox, item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async (sandbox: Sandbox): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await check(sandbox, item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(sandboxes.map(worker));
  if (failures.length === 0) return;
  const [first] = failures;
  const lines = failures.map((failure) => String(failure).split('\n')[0]);
  const summary = `${failures.length} of ${items.length} failed:\n${lines.join('\n')}\n\nThe first:\n`;
  if (first instanceof Error) first.message = `${summary}${first.message}`;
  throw first;
}
