import { expect, it } from 'vitest';
import { hostState } from '../support/host-state.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();

it('smoke', async () => {
  const before = await hostState(sandbox);
  console.log(before);
  const started = sandbox.startTsstep(['run', '--rm', 'lab', 'sh', '-c', 'echo ready; sleep 100'], { events: true });
  await started.says('ready');
  console.log(await hostState(sandbox), started.descendant(2), started.events.length);
  started.kill('SIGKILL');
  await started.ended;
  console.log(await hostState(sandbox));
  expect(1).toBe(1);
});
