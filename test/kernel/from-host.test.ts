/** `tsstep image from-host`: an image of this machine's programs, in which they start. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSandbox } from '../support/sandbox.ts';

const sandbox = useSandbox();

const shell = async (image: string, script: string): Promise<string> => {
  const { code, stdout, stderr } = await sandbox.tsstep(['run', '--rm', image, 'bash', '-c', script]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

describe('tsstep image from-host', () => {
  let id: string;
  beforeAll(async () => {
    const { stdout } = await sandbox.tsstep(['image', 'from-host']);
    id = stdout.trim();
  });

  it('makes an image with every library that its programs need', async () => {
    const script =
      'for file in /usr/bin/* /usr/sbin/*; do ldd "$file" 2>/dev/null; done | grep "not found" || echo all there';
    expect(await shell('host', script)).toBe('all there\n');
  });

  it('gives a shell with this machine’s programs, root’s account, UTF-8, and a terminal that can be cleared', async () => {
    const script = [
      'whoami; echo ünï | wc -m; awk "BEGIN { print 6 * 7 }"; seq 3 | sed -n 2p; ps -o comm= -p 1; ls -d ~',
      'TERM=xterm-256color tput colors; ip -o link | wc -l; sh -c "echo $0 $PWD"',
    ];
    const words = ['root', '4', '42', '2', 'bash', '/root', '256', '2', 'bash /root'];
    expect((await shell('host', script.join('\n'))).trim().split('\n')).toEqual(words);
  });

  it('looks like this machine: its name, and /bin as it is here', async () => {
    const looks = 'readlink /bin /lib64; . /etc/os-release; echo "$PRETTY_NAME"';
    expect(await shell('host', looks)).toBe(await sandbox.sh(looks));
  });

  it('has a layer and a line of history for libraries, programs and configuration', () => {
    const blob = (digest: string) =>
      JSON.parse(readFileSync(join(sandbox.root, 'images/blobs/sha256', digest.slice(7)), 'utf8'));
    const { history, rootfs } = blob(id);
    const made = history.filter((line: { empty_layer?: boolean }) => !line.empty_layer);
    expect(rootfs.diff_ids).toHaveLength(3);
    expect(made.map((line: { created_by: string }) => line.created_by.split(' ')[1])).toEqual([
      'libraries',
      'programs',
      'configuration',
    ]);
  });

  it('takes the programs that are named instead of the selection, and files that are added', async () => {
    const file = join(sandbox.directory, 'note');
    writeFileSync(file, 'hello\n', { mode: 0o640 });
    const { code, stderr } = await sandbox.tsstep([
      'image',
      'from-host',
      '--name',
      'small:1',
      '--add',
      file,
      'sed',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const script = `cat ${file}; stat -c %a ${file}; echo a | sed s/a/b/; command -v ip || echo no ip`;
    expect(await shell('small:1', script)).toBe('hello\n640\nb\nno ip\n');
  });

  it('says which program or file this machine does not have, and makes nothing', async () => {
    const before = await sandbox.sh(`cat ${sandbox.root}/images/index.json`);
    const digest = `a@sha256:${'0'.repeat(64)}`;
    const wrong = [['nosuchprogram'], ['--add', '/no/such/file'], ['--name', 'Bad'], ['--name', digest]];
    for (const words of wrong) {
      const { code, stderr } = await sandbox.tsstep(['image', 'from-host', ...words]);
      expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining(words.at(-1) ?? '') });
    }
    expect(await sandbox.sh(`cat ${sandbox.root}/images/index.json`)).toBe(before);
  });
});
