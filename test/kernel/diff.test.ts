/** `tsstep diff`: a container's changes, told from its upperdir, beside what docker says of the same changes. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { useDocker } from '../support/docker.ts';
import { mess, messChanges } from '../support/messy.ts';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();
const docker = useDocker(sandbox);

const sorted = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
const ours = async (name: string): Promise<string[]> => {
  const { code, stdout, stderr } = await sandbox.tsstep(['diff', name]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').filter(Boolean);
};

describe('tsstep diff', () => {
  afterEach(async () => {
    await sandbox.sh(`rm -rf ${sandbox.directory}/shared`);
    await sandbox.tsstep(['rm', '-f', 'changed']);
  });

  it('lists what was added, changed and deleted, and says nothing of what is only opened, touched alike or mounted', async () => {
    await sandbox.tsstep(['run', '--name', 'changed', 'lab', 'sh', '-c', mess]);
    expect(await ours('changed')).toEqual(messChanges);
  });

  it('says what docker says, mount points of volumes included', async () => {
    const source = join(sandbox.directory, 'shared');
    mkdirSync(source);
    const words = ['--name', 'changed', '-v', `${source}:/mnt/new/x`, '--tmpfs', '/tt', 'lab', 'sh', '-c'];
    const script = `${mess}\ntouch /tt/x /mnt/new/x/y; echo >> /etc/hosts`;
    await sandbox.tsstep(['run', ...words, script]);
    await docker.output('run', ...words, script);
    expect(sorted((await ours('changed')).join('\n'))).toEqual(
      sorted(await docker.output('diff', 'changed')),
    );
  });

  it('lists nothing of an image without /etc, /dev and /proc: what tsstep made there to mount on is no change', async () => {
    const folder = join(sandbox.directory, 'bare');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    await sandbox.sh(`cp $(command -v busybox) ${folder}/bin/sh && tar -C ${folder} -cf ${folder}.tar bin`);
    await sandbox.tsstep(['import', `${folder}.tar`, 'bare']);
    await sandbox.tsstep(['run', '--name', 'changed', 'bare', '/bin/sh', '-c', 'true']);
    expect(await ours('changed')).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('tells changes of a container that runs', async () => {
    const words = ['run', '--name', 'changed', 'lab', 'sh', '-c', 'echo > /mine; echo up; exec sleep 99'];
    const run = sandbox.startTsstep(words);
    await run.says('up');
    expect(await ours('changed')).toEqual(['A /mine']);
    run.kill('SIGTERM');
    await sandbox.tsstep(['rm', '-f', 'changed']);
    await run.ended;
  });

  it('looks at no file of this machine where a container has replaced a directory by a symlink', async () => {
    const script = 'rm -rf /lab/notes; ln -s /etc /lab/notes';
    await sandbox.tsstep(['run', '--name', 'changed', 'lab', 'sh', '-c', script]);
    expect(await ours('changed')).toEqual(['C /lab', 'C /lab/notes']);
  });

  it('of a container that does not exist fails', async () => {
    expect(await sandbox.tsstep(['diff', 'nobody'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no container "nobody"'),
    });
  });
});
