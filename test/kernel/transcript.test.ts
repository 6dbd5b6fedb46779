import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useSandbox } from '../support/sandbox.ts';
import { normalised } from '../support/transcript.ts';

const sandbox = useSandbox();

/** What a person might type who sees all this for the first time. */
const typed = `help
next
step
diff
explain
next
where
next
step
step
print container.namespaces
finish
step
print known.lease
break volumes:pivot
next
where
next
next
next
next
continue
`;

it('a run that pauses before each stage reads as in golden/paused.txt (update it with vitest -u)', async () => {
  const resolvers = join(sandbox.directory, 'resolv.conf');
  writeFileSync(resolvers, 'nameserver 192.0.2.53\n');
  await sandbox.sh(`mount --bind ${resolvers} /etc/resolv.conf`);
  const run = ['run', '--rm', '--pause-each', '--name', 'first', 'lab', 'echo', 'hello'];
  const { code, stdout, stderr } = await sandbox.tsstep(run, { stdin: typed });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' });
  const stages = ['image', 'metadata', 'overlay', 'namespaces', 'network'];
  await expect(normalised(stderr, stages)).toMatchFileSnapshot(
    join(import.meta.dirname, 'golden/paused.txt'),
  );
});
