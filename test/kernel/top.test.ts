/** `tsstep top`: a container's processes, as ps of this machine sees them. */
import { expect, it } from 'vitest';
import type { Event, EventOf } from '../../tracer/events.ts';
import { useContainers } from '../support/containers.ts';

const { sandbox, start, background } = useContainers();

const top = async (...words: string[]) => await sandbox.tsstep(['top', ...words]);

it('shows all processes of the container, also one that joined it, and no other’s', async () => {
  const container = await start('--name box', ['sh', '-c', 'echo up; sleep 1001 & exec sleep 1000']);
  await start('--name other', ['sh', '-c', 'echo up; exec sleep 1002']);
  const joined = sandbox.startTsstep(['exec', 'box', 'sleep', '1003'], { events: true });
  background(joined);
  await joined.event(
    'its start',
    (event): event is EventOf<'started'> => (event as Event).type === 'started',
  );
  const { stdout } = await top('box', '-o', 'pid,args');
  const [heading, ...lines] = stdout.trimEnd().split('\n');
  // Docker's columns are at least twenty wide.
  expect(heading).toBe(`${'PID'.padEnd(20)}COMMAND`);
  expect(lines.map((line) => line.slice(20)).sort()).toEqual(['sleep 1000', 'sleep 1001', 'sleep 1003']);
  expect(lines.map((line) => line.slice(0, 20).trim())).toContain(`${container.pid}`);
  expect((await top('box')).stdout).toMatch(/^UID +PID +PPID +C +STIME +TTY +TIME +CMD\n/);
});

it('says with 1 why it cannot', async () => {
  await start('--name box');
  const cases: [said: RegExp, ...words: string[]][] = [
    [/PID field/, 'box', '-o', 'user'],
    [/specifying "user=PID" is not allowed/, 'box', '-o', 'user=PID'],
    [/^tsstep: ps: error: unsupported/, 'box', '-zz'],
    [/no container "nosuch"/, 'nosuch'],
  ];
  for (const [said, ...words] of cases)
    expect(await top(...words), words.join(' ')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(said),
    });
});
